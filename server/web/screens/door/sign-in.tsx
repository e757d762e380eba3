/** Signing in: by password or passkey, and back to where one was. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SignIn as SignedIn } from "../../api/types.ts";
import { passkeysWork, signInWithPasskey } from "../../api/passkeys.ts";
import { pages } from "../../router/pages.ts";
import { address } from "../../router/place.ts";
import { ask, session } from "../../services.ts";
import { Field, Form } from "../../ui/fields.tsx";
import { Button, Fault, Note } from "../../ui/parts.tsx";
import { useSending, useStore, useWords } from "../../ui/use.ts";
import { DoorCard } from "./card.tsx";
import { emailFault, missingFault } from "./forms.ts";

export function SignIn(): JSX.Element {
  const words = useWords();
  const state = useStore(session.state);
  const [isNew] = useState(() => address.get().hash === "changed");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [keyFault, setKeyFault] = useState<string | undefined>();
  const sending = useSending();
  const faults = { email: emailFault(words, email), password: missingFault(words, password) };

  async function submit(): Promise<void> {
    setChecked(true);
    setKeyFault(undefined);
    if (faults.email ?? faults.password) return;
    await sending.run(async () =>
      session.begin(await ask.open<SignedIn>("/api/v1/auth/login", { email: email.trim(), password })),
    );
  }

  async function byPasskey(): Promise<void> {
    setKeyFault(undefined);
    await sending.run(async () => {
      const signedIn = await signInWithPasskey(ask);
      if (signedIn) session.begin(signedIn);
      else setKeyFault(words.signIn.passkeyRefused);
    });
  }

  return (
    <DoorCard title={words.signIn.title}>
      {isNew && <Note kind="good">{words.signIn.changed}</Note>}
      {state.kind === "out" && state.expired && !isNew && <Note kind="warm">{words.signIn.expired}</Note>}
      <Form onSubmit={() => void submit()}>
        <Fault text={keyFault ?? sending.fault} />
        <Field
          label={words.field.email}
          type="email"
          value={email}
          onValue={setEmail}
          fault={checked ? faults.email : undefined}
          autocomplete="username"
          inputMode="email"
        />
        <Field
          label={words.field.password}
          type="password"
          value={password}
          onValue={setPassword}
          fault={checked ? faults.password : undefined}
          autocomplete="current-password"
        />
        <Button type="submit" full busy={sending.busy}>
          {words.signIn.submit}
        </Button>
      </Form>
      {passkeysWork() && (
        <>
          <div class="divider">{words.signIn.or}</div>
          <Button kind="quiet" icon="key" full onClick={() => void byPasskey()}>
            {words.signIn.passkey}
          </Button>
        </>
      )}
      <div class="stack tight center">
        <p>
          <a href={pages.reset}>{words.signIn.forgot}</a>
        </p>
        <p>
          {words.signIn.none} <a href={pages.signUp}>{words.signIn.signUp}</a>
        </p>
      </div>
    </DoorCard>
  );
}
