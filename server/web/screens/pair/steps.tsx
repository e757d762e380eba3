/** The first steps of pairing: whose bear it is, its label, and the press that makes it listen for a parent. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child, Consent } from "../../api/types.ts";
import { Refused } from "../../api/refused.ts";
import { pages, pathOf } from "../../router/pages.ts";
import { ask } from "../../services.ts";
import { Bear } from "../../ui/bear.tsx";
import { Choices } from "../../ui/fields.tsx";
import { Button, Fault, LinkButton, Loading, Note } from "../../ui/parts.tsx";
import { sayRefused, useAnswer, useSending, useWords } from "../../ui/use.ts";
import type { OpenedWindow } from "./flow.ts";
import { LabelForm } from "./label-form.tsx";
import type { Label } from "./label.ts";
import { Scanner } from "./scanner.tsx";

export function WhoStep({
  kids,
  onChild,
}: {
  kids: Child[];
  onChild: (childId: string) => void;
}): JSX.Element {
  const { pair, common, home, consent } = useWords();
  const words = useWords();
  const [tapped, choose] = useState<string | undefined>();
  const chosen = tapped ?? (kids.length === 1 ? kids[0]!.id : undefined);
  const { value, fault } = useAnswer<Consent>(chosen && `/api/v1/children/${chosen}/consent`);
  const child = kids.find(({ id }) => id === chosen);
  const given = value?.recipients.find(({ recipient }) => recipient === "voice")?.state === "granted";
  if (kids.length === 0)
    return (
      <div class="stack center">
        <p>{pair.needsChild}</p>
        <LinkButton href={pages.newChild} icon="plus">
          {home.addChild}
        </LinkButton>
      </div>
    );
  return (
    <div class="stack">
      <h2>{pair.whoTitle}</h2>
      <p class="soft">{pair.whoLead}</p>
      <Choices
        legend={pair.whoTitle}
        hidden
        value={chosen}
        onValue={choose}
        options={kids.map(({ id, nickname }) => ({ value: id, title: nickname }))}
      />
      {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
      {child && value && !given && (
        <>
          <Note kind="warm">{pair.needsConsent(child.nickname)}</Note>
          <LinkButton href={pathOf("consent", { child_id: child.id })} full>
            {consent.title}
          </LinkButton>
        </>
      )}
      {child && !value && fault === undefined && <Loading />}
      {child && given && (
        <Button full onClick={() => onChild(child.id)}>
          {common.next}
        </Button>
      )}
    </div>
  );
}

export function LabelStep({ onLabel }: { onLabel: (label: Label) => void }): JSX.Element {
  const { pair, common } = useWords();
  const [how, setHow] = useState<"ask" | "scan" | "type">("ask");
  return (
    <div class="stack">
      <h2>{pair.labelTitle}</h2>
      <p class="soft">{pair.labelLead}</p>
      {how === "ask" && (
        <>
          <Button icon="camera" full onClick={() => setHow("scan")}>
            {pair.scan}
          </Button>
          <Button kind="quiet" icon="keyboard" full onClick={() => setHow("type")}>
            {pair.type}
          </Button>
        </>
      )}
      {how === "scan" && <Scanner onLabel={onLabel} onStop={() => setHow("type")} />}
      {how === "type" && (
        <LabelForm submit={common.next} onLabel={onLabel}>
          <Button kind="plain" icon="camera" full onClick={() => setHow("scan")}>
            {pair.scan}
          </Button>
        </LabelForm>
      )}
    </div>
  );
}

interface PressParts {
  childId: string;
  label: Label;
  refused: boolean;
  onOpened: (window: OpenedWindow) => void;
  onRefused: () => void;
  onBack: () => void;
}

export function PressStep({ childId, label, refused, onOpened, onRefused, onBack }: PressParts): JSX.Element {
  const { pair } = useWords();
  const sending = useSending();
  const open = (): Promise<boolean> =>
    sending.run(async () => {
      const asked = { device_id: label.deviceId, pairing_code: label.code, child_id: childId };
      try {
        onOpened(await ask.post<OpenedWindow>("/api/v1/pair/windows", asked));
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== "PAIRING_REFUSED") throw error;
        onRefused();
      }
    });
  return (
    <div class="stack">
      {refused && !sending.busy && (
        <Note kind="bad">
          <p class="strong">{pair.refusedTitle}</p>
          <p>{pair.refusedText}</p>
          <ul class="bullets">
            {pair.refusedPoints.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </Note>
      )}
      <div class="press">
        <Bear mood="pairing" size={132} />
        <span class="press-ring" aria-hidden="true">
          5 s
        </span>
      </div>
      <h2 class="center">{pair.pressTitle}</h2>
      <p class="soft center">{pair.pressLead}</p>
      <Fault text={sending.fault} />
      <Button full icon="paw" busy={sending.busy} onClick={() => void open()}>
        {sending.busy ? pair.asking : pair.pressed}
      </Button>
      <Button kind="plain" full onClick={onBack}>
        {pair.labelTitle}
      </Button>
    </div>
  );
}
