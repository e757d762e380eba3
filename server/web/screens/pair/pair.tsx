/** Pairing, from the child to the celebration: what the parent sees at each step of PROTOCOL.md §8. */
import type { JSX } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { POLL_MS } from "../../api/poll.ts";
import type { Child, PairingWindow } from "../../api/types.ts";
import { after, now } from "../../platform/browser.ts";
import { pages } from "../../router/pages.ts";
import { address, forgetHash } from "../../router/place.ts";
import { answers, ask, followed } from "../../services.ts";
import { Bear } from "../../ui/bear.tsx";
import { Page } from "../../ui/page.tsx";
import { Button, Fault, LinkButton, Loading, Note } from "../../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useStore, useWords } from "../../ui/use.ts";
import { nextFlow, placeOfStep } from "./flow.ts";
import type { Flow } from "./flow.ts";
import { labelOf } from "./label.ts";
import { LabelStep, PressStep, WhoStep } from "./steps.tsx";
import { WordsStep } from "./words-step.tsx";
import "./pair.css";

function first(): Flow {
  return { step: "who", label: labelOf(address.get().hash) };
}

export function Pair(): JSX.Element {
  const words = useWords();
  const { pair } = words;
  const account = useAccount();
  const { value, fault } = useAnswer<{ children: Child[] }>("/api/v1/children");
  const [flow, tell] = useReducer(nextFlow, undefined, first);
  const [endsAt, setEndsAt] = useState(0);
  const kids = value?.children;
  useEffect(() => {
    if (address.get().hash !== "") forgetHash();
  }, []);
  const windowId = flow.step === "words" || flow.step === "paw" ? flow.windowId : undefined;
  useWindow(windowId, (view) => tell({ kind: "looked", windowId: windowId!, view }));
  const step = useStepFocus(flow.step);
  const child = kids?.find(({ id }) => "childId" in flow && id === flow.childId);

  if (account.role === "guardian")
    return (
      <Page title={pair.title} back={pages.home}>
        <Note>{words.common.readOnly}</Note>
      </Page>
    );
  return (
    <Page title={pair.title} back={pages.home}>
      <Steps flow={flow} />
      <div class="card pair-card" ref={step} tabIndex={-1}>
        {fault !== undefined && !kids && <Fault text={sayRefused(words, fault)} />}
        {!kids && fault === undefined && <Loading />}
        {kids && flow.step === "who" && (
          <WhoStep kids={kids} onChild={(childId) => tell({ kind: "child", childId })} />
        )}
        {flow.step === "label" && <LabelStep onLabel={(label) => tell({ kind: "label", label })} />}
        {flow.step === "press" && (
          <PressStep
            {...flow}
            onOpened={(window) => {
              setEndsAt(now() + window.expires_in * 1000);
              tell({ kind: "opened", window });
            }}
            onRefused={() => tell({ kind: "refused" })}
            onBack={() => tell({ kind: "back" })}
          />
        )}
        {flow.step === "words" && (
          <WordsStep {...flow} onView={(view) => tell({ kind: "looked", windowId: flow.windowId, view })} />
        )}
        {flow.step === "paw" && <PawStep />}
        {windowId !== undefined && <TimeLeft endsAt={endsAt} />}
        {flow.step === "over" && (
          <div class="stack center">
            <div class="press">
              <Bear mood="offline" size={120} />
            </div>
            <h2>{flow.why === "expired" ? pair.expiredTitle : pair.cancelledTitle}</h2>
            <p class="soft">{flow.why === "expired" ? pair.expiredText : pair.cancelledText}</p>
            <Button full onClick={() => tell({ kind: "again" })}>
              {pair.restart}
            </Button>
          </div>
        )}
        {kids && flow.step === "who" && (
          <p class="center" style={{ marginTop: "20px" }}>
            <a href={pages.accept}>{pair.handedOn}</a>
          </p>
        )}
        {flow.step === "done" && <Done name={child?.nickname ?? ""} />}
      </div>
    </Page>
  );
}

/** How the window stands, until it is over. */
function useWindow(windowId: string | undefined, onView: (view: PairingWindow) => void): void {
  const heard = useStore(followed).windows[windowId ?? ""];
  const told = useRef(onView);
  told.current = onView;
  useEffect(() => {
    if (windowId === undefined) return;
    let cancel: (() => void) | undefined;
    let wanted = true;
    const look = async (): Promise<void> => {
      const view = await ask.get<PairingWindow>(`/api/v1/pair/windows/${windowId}`).catch(() => undefined);
      if (!wanted) return;
      if (view) told.current(view);
      cancel = after(POLL_MS, () => void look()); // the live feed is quicker, where it is there
    };
    void look();
    return () => {
      wanted = false;
      cancel?.();
    };
  }, [windowId, heard]);
}

/** A new step is read from its top. */
function useStepFocus(step: Flow["step"]): { current: HTMLDivElement | null } {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) place.current?.focus();
    before.current = step;
  }, [step]);
  return place;
}

function Steps({ flow }: { flow: Flow }): JSX.Element {
  const { pair } = useWords();
  const here = placeOfStep(flow);
  return (
    <ol class="steps" aria-label={pair.step(here, pair.steps.length)}>
      {pair.steps.map((name, at) => (
        <li
          key={name}
          class={at + 1 < here ? "past" : ""}
          aria-current={at + 1 === here ? "step" : undefined}
        >
          <span>{name}</span>
        </li>
      ))}
    </ol>
  );
}

function PawStep(): JSX.Element {
  const { pair } = useWords();
  return (
    <div class="stack center" role="status">
      <div class="press">
        <Bear mood="listening" size={132} />
      </div>
      <h2>{pair.pawTitle}</h2>
      <p class="soft">{pair.pawLead}</p>
    </div>
  );
}

function TimeLeft({ endsAt }: { endsAt: number }): JSX.Element {
  const { pair } = useWords();
  const [left, setLeft] = useState(() => Math.max(0, Math.round((endsAt - now()) / 1000)));
  useEffect(
    () => after(1_000, () => setLeft(Math.max(0, Math.round((endsAt - now()) / 1000)))),
    [left, endsAt],
  );
  return <p class="soft small center numbers time-left">{pair.timeLeft(left)}</p>;
}

function Done({ name }: { name: string }): JSX.Element {
  const { pair } = useWords();
  useEffect(answers.age, []);
  return (
    <div class="stack center done" role="status">
      <div class="confetti" aria-hidden="true">
        {Array.from({ length: 14 }, (_, at) => (
          <i key={at} />
        ))}
      </div>
      <div class="press">
        <Bear mood="happy" size={150} />
      </div>
      <h2>{pair.doneTitle}</h2>
      <p class="soft">{pair.done(name)}</p>
      <LinkButton href={pages.home} full>
        {pair.toHome}
      </LinkButton>
    </div>
  );
}
