/** The other end of a guardian's invitation: a name, a password, and in. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SignIn } from "../../api/types.ts";
import { pages } from "../../router/pages.ts";
import { goTo } from "../../router/place.ts";
import { ask, session } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { Button, Fault, Note } from "../../ui/parts.tsx";
import { useLanguage, useSending, useWords } from "../../ui/use.ts";
import { DoorCard } from "./card.tsx";
import { MIN_PASSWORD_CHARS, missingFault, newPasswordFault } from "./forms.ts";
import { useSecret } from "./use-secret.ts";

export function Invite(): JSX.Element {
  const words = useWords();
  const language = useLanguage();
  const secret = useSecret();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const sending = useSending();
  const faults = { name: missingFault(words, name), password: newPasswordFault(words, password) };

  async function submit(): Promise<void> {
    setChecked(true);
    if (faults.name ?? faults.password) return;
    await sending.run(async () => {
      const asked = { token: secret, name: name.trim(), password, language };
      session.begin(await ask.open<SignIn>("/api/v1/auth/invite", asked));
      goTo(pages.home, true);
    });
  }

  if (secret === undefined)
    return (
      <DoorCard title={words.invite.title} mood="offline">
        <Note kind="warm">{words.invite.missing}</Note>
      </DoorCard>
    );
  return (
    <DoorCard title={words.invite.title} lead={words.invite.lead}>
      <Form onSubmit={() => void submit()}>
        <Fault text={sending.fault} />
        <Field
          label={words.field.yourName}
          value={name}
          onValue={setName}
          fault={checked ? faults.name : undefined}
          autocomplete="name"
          maxLength={80}
        />
        <Field
          label={words.field.password}
          type="password"
          value={password}
          onValue={setPassword}
          hint={words.field.passwordHint(MIN_PASSWORD_CHARS)}
          fault={checked ? faults.password : undefined}
          autocomplete="new-password"
        />
        <Button type="submit" full busy={sending.busy}>
          {words.invite.submit}
        </Button>
      </Form>
    </DoorCard>
  );
}
