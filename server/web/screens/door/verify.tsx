/** The other end of the sign-up mail: the password once more, and the account is open. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SignIn } from "../../api/types.ts";
import { pages } from "../../router/pages.ts";
import { goTo } from "../../router/place.ts";
import { ask, session } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { Button, Fault, LinkButton, Note } from "../../ui/parts.tsx";
import { useSending, useWords } from "../../ui/use.ts";
import { DoorCard } from "./card.tsx";
import { missingFault } from "./forms.ts";
import { useSecret } from "./use-secret.ts";

export function Verify(): JSX.Element {
  const words = useWords();
  const secret = useSecret();
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const sending = useSending();
  const fault = missingFault(words, password);

  async function submit(): Promise<void> {
    setChecked(true);
    if (fault) return;
    await sending.run(async () => {
      session.begin(await ask.open<SignIn>("/api/v1/auth/verify", { token: secret, password }));
      goTo(pages.home, true);
    });
  }

  if (secret === undefined)
    return (
      <DoorCard title={words.verify.title} mood="offline">
        <Note kind="warm">{words.verify.missing}</Note>
        <LinkButton href={pages.signIn} kind="quiet">
          {words.signIn.submit}
        </LinkButton>
      </DoorCard>
    );
  return (
    <DoorCard title={words.verify.title} lead={words.verify.lead}>
      <Form onSubmit={() => void submit()}>
        <Fault text={sending.fault} />
        <Field
          label={words.field.password}
          type="password"
          value={password}
          onValue={setPassword}
          fault={checked ? fault : undefined}
          autocomplete="current-password"
          autoFocus
        />
        <Button type="submit" full busy={sending.busy}>
          {words.verify.submit}
        </Button>
      </Form>
    </DoorCard>
  );
}
