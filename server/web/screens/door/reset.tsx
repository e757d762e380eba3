/** A forgotten password: a link by mail, and behind the link a new one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { pages } from "../../router/pages.ts";
import { goTo } from "../../router/place.ts";
import { ask, session } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { Button, Fault } from "../../ui/parts.tsx";
import { useSending, useWords } from "../../ui/use.ts";
import { DoorCard } from "./card.tsx";
import { emailFault, MIN_PASSWORD_CHARS, newPasswordFault } from "./forms.ts";
import { useSecret } from "./use-secret.ts";

export function Reset(): JSX.Element {
  const secret = useSecret();
  return secret === undefined ? <AskLink /> : <NewPassword secret={secret} />;
}

function AskLink(): JSX.Element {
  const words = useWords();
  const [email, setEmail] = useState("");
  const [checked, setChecked] = useState(false);
  const [sent, setSent] = useState(false);
  const sending = useSending();
  const fault = emailFault(words, email);

  async function submit(): Promise<void> {
    setChecked(true);
    if (fault) return;
    if (await sending.run(() => ask.open("/api/v1/auth/reset", { email: email.trim() }))) setSent(true);
  }

  if (sent)
    return (
      <DoorCard title={words.reset.sentTitle} mood="happy">
        <p role="status">{words.reset.sent(email.trim())}</p>
        <p class="center">
          <a href={pages.signIn}>{words.reset.back}</a>
        </p>
      </DoorCard>
    );
  return (
    <DoorCard title={words.reset.title} lead={words.reset.lead}>
      <Form onSubmit={() => void submit()}>
        <Fault text={sending.fault} />
        <Field
          label={words.field.email}
          type="email"
          value={email}
          onValue={setEmail}
          fault={checked ? fault : undefined}
          autocomplete="email"
          inputMode="email"
        />
        <Button type="submit" full busy={sending.busy}>
          {words.reset.submit}
        </Button>
      </Form>
      <p class="center">
        <a href={pages.signIn}>{words.reset.back}</a>
      </p>
    </DoorCard>
  );
}

function NewPassword({ secret }: { secret: string }): JSX.Element {
  const words = useWords();
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const sending = useSending();
  const fault = newPasswordFault(words, password);

  async function submit(): Promise<void> {
    setChecked(true);
    if (fault) return;
    await sending.run(async () => {
      await ask.open("/api/v1/auth/reset/finish", { token: secret, password });
      if (session.state.get().kind !== "out") session.end(false);
      goTo(`${pages.signIn}#changed`, true);
    });
  }

  return (
    <DoorCard title={words.reset.title} lead={words.reset.finishLead}>
      <Form onSubmit={() => void submit()}>
        <Fault text={sending.fault} />
        <Field
          label={words.field.newPassword}
          type="password"
          value={password}
          onValue={setPassword}
          hint={words.field.passwordHint(MIN_PASSWORD_CHARS)}
          fault={checked ? fault : undefined}
          autocomplete="new-password"
          autoFocus
        />
        <Button type="submit" full busy={sending.busy}>
          {words.reset.finish}
        </Button>
      </Form>
    </DoorCard>
  );
}
