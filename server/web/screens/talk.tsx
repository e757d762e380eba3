/** One conversation, as it was kept: who said what, and what safety thought of it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { codeOf } from "../api/refused.ts";
import type { Child, WholeConversation } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { go } from "../router/place.ts";
import { ask, followed } from "../services.ts";
import { Page } from "../ui/page.tsx";
import { Button, Dialog, Fault, Loading, Note } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useStore, useWords } from "../ui/use.ts";
import { dayAndTime, time } from "../words/words.ts";
import { LiveTurnBubbles, SafetyWords } from "./bubbles.tsx";
import { goingOn } from "./said.ts";
import "./talks.css";

export function Talk({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const { talks, common } = words;
  const { role } = useAccount();
  const path = `/api/v1/chatkit/sessions/${encodeURIComponent(params.talk_id!)}`;
  const { value, fault, again } = useAnswer<WholeConversation>(path);
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  const child = kids.find(({ id }) => id === value?.child_id)?.nickname ?? talks.child;
  const { turns } = useStore(followed);
  const now = value ? goingOn(value, turns) : [];
  const over = now.filter(({ stage }) => stage === "over").length;
  // the end of a turn is told when it is kept: as it is shown now, it is read again where somebody comes back
  useEffect(() => {
    if (over > 0) void again();
  }, [over, again]);
  const [asking, setAsking] = useState(false);
  const sending = useSending();
  const remove = (): Promise<boolean> =>
    sending.run(async () => {
      await ask.delete(path);
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
                <SafetyWords of={one.role} safety={one.safety} />
              </li>
            ))}
            {now.map((turn) => (
              <LiveTurnBubbles key={turn.turnId} turn={turn} child={child} />
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
