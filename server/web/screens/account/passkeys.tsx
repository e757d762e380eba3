/** The account's passkeys: those that are there, a new one, and removing one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { addPasskey, passkeysWork } from "../../api/passkeys.ts";
import type { Passkey } from "../../api/types.ts";
import { ask } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { freshly } from "../../ui/fresh.tsx";
import { Button, Fault, Note } from "../../ui/parts.tsx";
import { useAnswer, useSending, useWords } from "../../ui/use.ts";
import { ago, day } from "../../words/words.ts";
import { Matter } from "./matter.tsx";

export function Passkeys(): JSX.Element {
  const { account, common } = useWords();
  const { value, again } = useAnswer<{ passkeys: Passkey[] }>("/api/v1/auth/passkeys");
  const [name, setName] = useState<string | undefined>();
  const [stopped, setStopped] = useState(false);
  const sending = useSending();

  const add = (): Promise<boolean> =>
    sending.run(async () => {
      const added = await freshly(() => addPasskey(ask, name?.trim() || account.passkeyDefault));
      setStopped(!added);
      setName(undefined);
      await again();
    });
  const remove = (id: string): Promise<boolean> =>
    sending.run(async () => {
      await freshly(() => ask.delete(`/api/v1/auth/passkeys/${encodeURIComponent(id)}`));
      await again();
    });

  return (
    <Matter title={account.passkeys} lead={account.passkeysLead}>
      <Fault text={sending.fault} />
      {stopped && <Note kind="warm">{account.passkeyStopped}</Note>}
      {value?.passkeys.length === 0 && <p>{account.noPasskeys}</p>}
      <ul class="list">
        {value?.passkeys.map((key) => (
          <li key={key.id} class="row apart">
            <span class="grow">
              <span class="strong">{key.name}</span>
              <br />
              <span class="soft small">
                {key.used_at ? account.used(ago(key.used_at)) : account.made(day(key.created_at))}
              </span>
            </span>
            <Button kind="plain" onClick={() => void remove(key.id)} label={`${common.remove}: ${key.name}`}>
              {common.remove}
            </Button>
          </li>
        ))}
      </ul>
      {!passkeysWork() && <Note>{account.passkeyNo}</Note>}
      {passkeysWork() && name === undefined && (
        <div>
          <Button kind="quiet" icon="key" onClick={() => setName(account.passkeyDefault)}>
            {account.addPasskey}
          </Button>
        </div>
      )}
      {name !== undefined && (
        <Form onSubmit={() => void add()}>
          <Field label={account.passkeyName} value={name} onValue={setName} maxLength={80} autoFocus />
          <div class="row wrap">
            <Button type="submit" busy={sending.busy}>
              {account.addPasskey}
            </Button>
            <Button kind="plain" onClick={() => setName(undefined)}>
              {common.cancel}
            </Button>
          </div>
        </Form>
      )}
    </Matter>
  );
}
