/** Before what cannot be undone the server wants a fresh sign-in: the parent is asked here, and then it is tried again. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { passkeysWork, signInWithPasskey } from "../api/passkeys.ts";
import { Refused } from "../api/refused.ts";
import { createStore } from "../api/store.ts";
import type { SignIn } from "../api/types.ts";
import { ask, session } from "../services.ts";
import { Field, Form } from "./fields.tsx";
import { Button, Dialog, Fault } from "./parts.tsx";
import { useAccount, useSending, useStore, useWords } from "./use.ts";

/** The question that is open: what to do with its answer. */
const question = createStore<{ answer(confirmed: boolean): void } | undefined>(undefined);

function confirmed(): Promise<boolean> {
  return new Promise((resolve) =>
    question.set({
      answer(yes) {
        question.set(undefined);
        resolve(yes);
      },
    }),
  );
}

/** Does the work; where the sign-in is too old for it, once more after the parent has confirmed who they are. */
export async function freshly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "SIGN_IN_AGAIN" || !(await confirmed())) throw error;
    return work();
  }
}

/** The new session takes the place of the old one, which nobody needs any more. */
async function replaceSession(signIn: SignIn): Promise<void> {
  const former = await session.token().catch(() => undefined);
  session.begin(signIn);
  if (former === undefined) return;
  // without cookies: they are the new session's
  await fetch("/api/v1/auth/logout", {
    method: "POST",
    credentials: "omit",
    headers: { authorization: `Bearer ${former}` },
  }).catch(() => undefined);
}

export function FreshQuestion(): JSX.Element | null {
  const open = useStore(question);
  return open ? <Question answer={open.answer} /> : null;
}

function Question({ answer }: { answer: (confirmed: boolean) => void }): JSX.Element {
  const words = useWords();
  const { email } = useAccount();
  const [password, setPassword] = useState("");
  const [keyFault, setKeyFault] = useState<string | undefined>();
  const sending = useSending();

  async function byPassword(): Promise<void> {
    setKeyFault(undefined);
    const done = await sending.run(async () =>
      replaceSession(await ask.open<SignIn>("/api/v1/auth/login", { email, password })),
    );
    if (done) answer(true);
  }

  async function byPasskey(): Promise<void> {
    setKeyFault(undefined);
    const done = await sending.run(async () => {
      const signIn = await signInWithPasskey(ask);
      if (!signIn) throw new Refused("SIGN_IN_REFUSED");
      await replaceSession(signIn);
    });
    if (done) answer(true);
    else setKeyFault(words.signIn.passkeyRefused);
  }

  return (
    <Dialog title={words.confirm.title} onClose={() => answer(false)}>
      <p class="soft">{words.confirm.lead}</p>
      <Form onSubmit={() => void byPassword()}>
        <Fault text={keyFault ?? sending.fault} />
        <Field
          label={words.field.password}
          type="password"
          value={password}
          onValue={setPassword}
          autocomplete="current-password"
          autoFocus
        />
        <Button type="submit" full busy={sending.busy}>
          {words.confirm.submit}
        </Button>
      </Form>
      {passkeysWork() && (
        <Button kind="quiet" icon="key" full onClick={() => void byPasskey()}>
          {words.confirm.passkey}
        </Button>
      )}
    </Dialog>
  );
}
