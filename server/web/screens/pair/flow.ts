/** Pairing as a parent walks through it: which step follows which. PROTOCOL.md §8 */
import type { PairingWindow } from "../../api/types.ts";
import type { Label } from "./label.ts";

export interface OpenedWindow {
  window_id: string;
  choices: string[];
  /** s */
  expires_in: number;
}

interface Known {
  childId: string;
  label: Label;
}

export type Flow =
  | { step: "who"; label: Label | undefined }
  | { step: "label"; childId: string }
  | ({ step: "press"; refused: boolean } & Known)
  | ({ step: "words"; windowId: string; choices: readonly string[]; triesLeft: number | undefined } & Known)
  | ({ step: "paw"; windowId: string } & Known)
  | ({ step: "over"; why: "expired" | "cancelled" } & Known)
  | { step: "done"; childId: string };

export type FlowEvent =
  | { kind: "child"; childId: string }
  | { kind: "label"; label: Label }
  | { kind: "opened"; window: OpenedWindow }
  | { kind: "refused" }
  | {
      kind: "looked";
      windowId: string;
      view: Pick<PairingWindow, "state" | "picked"> & { tries_left?: number };
    }
  | { kind: "again" }
  | { kind: "back" };

/** What is shown after an event; one that does not belong to the step changes nothing. */
export function nextFlow(flow: Flow, event: FlowEvent): Flow {
  switch (event.kind) {
    case "child": {
      if (flow.step !== "who") return flow;
      const { childId } = event;
      return flow.label
        ? { step: "press", childId, label: flow.label, refused: false }
        : { step: "label", childId };
    }
    case "label":
      if (flow.step !== "label") return flow;
      return { step: "press", childId: flow.childId, label: event.label, refused: false };
    case "opened": {
      if (flow.step !== "press") return flow;
      const { childId, label } = flow;
      const { window_id: windowId, choices } = event.window;
      return { step: "words", childId, label, windowId, choices, triesLeft: undefined };
    }
    case "refused":
      return flow.step === "press" ? { ...flow, refused: true } : flow;
    case "looked":
      return looked(flow, event.windowId, event.view);
    case "again":
      if (flow.step !== "over" && flow.step !== "press") return flow;
      return { step: "press", childId: flow.childId, label: flow.label, refused: false };
    case "back":
      if (flow.step === "label") return { step: "who", label: undefined };
      return flow.step === "press" || flow.step === "over" ? { step: "label", childId: flow.childId } : flow;
  }
}

function looked(
  flow: Flow,
  windowId: string,
  {
    state,
    picked,
    tries_left: triesLeft,
  }: { state: PairingWindow["state"]; picked: boolean; tries_left?: number },
): Flow {
  // the answer about a window that is no longer looked at
  if ((flow.step !== "words" && flow.step !== "paw") || flow.windowId !== windowId) return flow;
  const { childId, label } = flow;
  if (state === "paired") return { step: "done", childId };
  if (state !== "open") return { step: "over", childId, label, why: state };
  if (picked) return { step: "paw", childId, label, windowId };
  return flow.step === "words" && triesLeft !== undefined ? { ...flow, triesLeft } : flow;
}

/** The step's place among those that are counted: child, label, paw, words, done. */
export function placeOfStep({ step }: Flow): number {
  return { who: 1, label: 2, press: 3, over: 3, words: 4, paw: 4, done: 5 }[step];
}
