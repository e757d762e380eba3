/** One conversation, as it was kept: who said what, and what safety thought of it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { codeOf } from "../api/refused.ts";
import type { Child, Message, Verdict } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { go } from "../router/place.ts";
import { answers, ask } from "../services.ts";
import { Page } from "../ui/page.tsx";
import { Button, Dialog, Fault, Loading, Note } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useWords } from "../ui/use.ts";
import { dayAndTime, time } from "../words/words.ts";
import "./talks.css";

interface Kept {
  child_id: string;
  started_at: string;
  messages: Message[];
}

export function SafetyTag({ safety }: { safety: Verdict | undefined }): JSX.Element | null {
  const { talks } = useWords();
  if (safety === undefined || safety.action === "allow") return null;
  return (
    <span class={`tag ${safety.action === "escalate" ? "bad" : "warm"}`}>{talks.safety[safety.action]}</span>
  );
}

export function Talk({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const { talks, common } = words;
  const { role } = useAccount();
  const path = `/api/v1/chatkit/sessions/${encodeURIComponent(params.talk_id!)}`;
  const { value, fault } = useAnswer<Kept>(path);
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  const child = kids.find(({ id }) => id === value?.child_id)?.nickname ?? talks.child;
  const [asking, setAsking] = useState(false);
  const sending = useSending();
  const remove = (): Promise<boolean> =>
    sending.run(async () => {
      await ask.delete(path);
      answers.delete(path);
      go("talks", {}, { replace: true });
    });

  return (
    <Page title={value ? child : talks.title} lead={value && dayAndTime(value.started_at)} back={pages.talks}>
      {fault !== undefined &&
        (codeOf(fault) === "NOT_FOUND" ? (
          <Note>{talks.gone}</Note>
        ) : (
          <Fault text={sayRefused(words, fault)} />
        ))}
      {!value && fault === undefined && <Loading />}
      {value && (
        <div class="stack wide">
          <ol class="bubbles">
            {value.messages.map((one) => (
              <li key={one.id} class={`bubble ${one.role}`}>
                <span class="bubble-who">
                  {one.role === "child" ? child : talks.bear} · {time(one.at)}
                </span>
                <span class="bubble-text">{one.text}</span>
                <SafetyTag safety={one.safety} />
              </li>
            ))}
          </ol>
          {role === "parent" && (
            <div>
              <Button kind="danger quiet" icon="trash" onClick={() => setAsking(true)}>
                {talks.remove}
              </Button>
            </div>
          )}
        </div>
      )}
      {asking && (
        <Dialog title={talks.removeAsk} onClose={() => setAsking(false)}>
          <Fault text={sending.fault} />
          <Button kind="danger" full busy={sending.busy} onClick={() => void remove()}>
            {talks.remove}
          </Button>
          <Button kind="quiet" full onClick={() => setAsking(false)}>
            {common.cancel}
          </Button>
        </Dialog>
      )}
    </Page>
  );
}
