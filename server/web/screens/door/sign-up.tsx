/** Opening an account: a name, an address, a password; the rest is in the mail. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { pages } from "../../router/pages.ts";
import { ask } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { Button, Fault } from "../../ui/parts.tsx";
import { useLanguage, useSending, useWords } from "../../ui/use.ts";
import { DoorCard } from "./card.tsx";
import { emailFault, MIN_PASSWORD_CHARS, missingFault, newPasswordFault } from "./forms.ts";

export function SignUp(): JSX.Element {
  const words = useWords();
  const language = useLanguage();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [sent, setSent] = useState(false);
  const sending = useSending();
  const faults = {
    name: missingFault(words, name),
    email: emailFault(words, email),
    password: newPasswordFault(words, password),
  };

  async function submit(): Promise<void> {
    setChecked(true);
    if (faults.name ?? faults.email ?? faults.password) return;
    const asked = { email: email.trim(), password, name: name.trim(), language };
    if (await sending.run(() => ask.open("/api/v1/auth/register", asked))) setSent(true);
  }

  if (sent)
    return (
      <DoorCard title={words.signUp.sentTitle} mood="happy">
        <p role="status">{words.signUp.sent(email.trim())}</p>
        <p class="soft">{words.signUp.sentHint}</p>
        <Button kind="quiet" onClick={() => setSent(false)}>
          {words.signUp.other}
        </Button>
      </DoorCard>
    );
  return (
    <DoorCard title={words.signUp.title} lead={words.signUp.lead}>
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
          label={words.field.email}
          type="email"
          value={email}
          onValue={setEmail}
          fault={checked ? faults.email : undefined}
          autocomplete="email"
          inputMode="email"
        />
        <Field
          label={words.field.password}
          type="password"
          value={password}
          onValue={setPassword}
          hint={words.field.passwordHint(MIN_PASSWORD_CHARS)}
          fault={checked ? faults.password : undefined}
          autocomplete="new-password"
          maxLength={128}
        />
        <Button type="submit" full busy={sending.busy}>
          {words.signUp.submit}
        </Button>
      </Form>
      <p class="center">
        {words.signUp.have} <a href={pages.signIn}>{words.signUp.signIn}</a>
      </p>
    </DoorCard>
  );
}
