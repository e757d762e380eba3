/** Guardians: another grown-up who looks in, invited by mail, and let go again. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Guardian } from "../../api/types.ts";
import { ask } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { freshly } from "../../ui/fresh.tsx";
import { Button, Fault, Note } from "../../ui/parts.tsx";
import { useAnswer, useSending, useWords } from "../../ui/use.ts";
import { emailFault, missingFault } from "../door/forms.ts";
import { Matter } from "./matter.tsx";

export function Guardians(): JSX.Element {
  const words = useWords();
  const { account, common } = words;
  const { value, again } = useAnswer<{ guardians: Guardian[] }>("/api/v1/me/guardians");
  const [open, setOpen] = useState(false);
  const [sent, setSent] = useState(false);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [checked, setChecked] = useState(false);
  const sending = useSending();
  const faults = { name: missingFault(words, name), email: emailFault(words, email) };

  async function invite(): Promise<void> {
    setChecked(true);
    if (faults.name ?? faults.email) return;
    const asked = { name: name.trim(), email: email.trim() };
    const done = await sending.run(async () => {
      await freshly(() => ask.post("/api/v1/me/guardians", asked));
      await again();
    });
    if (!done) return;
    setSent(true);
    setOpen(false);
    setName("");
    setEmail("");
    setChecked(false);
  }
  const remove = (id: string): Promise<boolean> =>
    sending.run(async () => {
      await freshly(() => ask.delete(`/api/v1/me/guardians/${id}`));
      await again();
    });

  return (
    <Matter title={account.guardians} lead={account.guardiansLead}>
      <Fault text={sending.fault} />
      {sent && <Note kind="good">{account.guardianSent}</Note>}
      {value?.guardians.length === 0 && !open && <p>{account.noGuardians}</p>}
      <ul class="list">
        {value?.guardians.map((one) => (
          <li key={one.id} class="row apart">
            <span class="grow">
              <span class="row wrap" style={{ gap: "4px 10px" }}>
                <span class="strong">{one.name}</span>
                <span class={`tag ${one.state === "active" ? "good" : "warm"}`}>
                  {account.guardianState[one.state]}
                </span>
              </span>
              <span class="soft small">{one.email}</span>
            </span>
            <Button kind="plain" onClick={() => void remove(one.id)} label={`${common.remove}: ${one.name}`}>
              {common.remove}
            </Button>
          </li>
        ))}
      </ul>
      {!open ? (
        <div>
          <Button
            kind="quiet"
            icon="people"
            onClick={() => {
              setSent(false);
              setOpen(true);
            }}
          >
            {account.guardianInvite}
          </Button>
        </div>
      ) : (
        <Form onSubmit={() => void invite()}>
          <Field
            label={account.guardianName}
            value={name}
            onValue={setName}
            fault={checked ? faults.name : undefined}
            autocomplete="off"
            maxLength={80}
            autoFocus
          />
          <Field
            label={account.guardianEmail}
            type="email"
            value={email}
            onValue={setEmail}
            fault={checked ? faults.email : undefined}
            autocomplete="off"
          />
          <div class="row wrap">
            <Button type="submit" busy={sending.busy}>
              {account.guardianSend}
            </Button>
            <Button kind="plain" onClick={() => setOpen(false)}>
              {common.cancel}
            </Button>
          </div>
        </Form>
      )}
    </Matter>
  );
}
