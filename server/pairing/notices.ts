/** What cells tell each other of a pairing: a parent asks one of them, the toy may be on another. */
import { TOY_CHANGED } from "../ports.ts";
import type { Alerts, Bus, FamilyFeed, Log, PairingWindow } from "../ports.ts";

/** `offer`: a window is open · `paired` · `cancelled` by wrong words · `twice` by a second parent */
export interface PairingNotice {
  what: "offer" | "paired" | "cancelled" | "twice";
  deviceId: string;
  /** "" where it is about the toy alone */
  windowId: string;
}

const CHANNEL = "pairing";
const KINDS: readonly string[] = ["offer", "paired", "cancelled", "twice"] satisfies PairingNotice["what"][];

/** Never rejects: where it is lost, the window runs out. */
export async function tellCells({ bus, log }: { bus: Bus; log: Log }, notice: PairingNotice): Promise<void> {
  await bus
    .publish(CHANNEL, [notice.what, notice.deviceId, notice.windowId].join(" "))
    .catch((error: unknown) =>
      log.warn({ toy: notice.deviceId, error }, "a step of pairing was not announced"),
    );
}

export interface OutcomePorts {
  bus: Bus;
  log: Log;
  feed: FamilyFeed;
  alerts: Pick<Alerts, "raiseSoon">;
}

/** After a step that may have decided a window; its parent sees every step. */
export async function tellOutcome(ports: OutcomePorts, window: PairingWindow): Promise<void> {
  const { deviceId, windowId, accountId, childId, state, picked } = window;
  ports.feed.tell(accountId, { type: "window", windowId, state, picked });
  if (state === "open") return;
  if (state === "paired") {
    const dedupeKey = `toy_paired:${windowId}`;
    ports.alerts.raiseSoon({ accountId, kind: "toy_paired", deviceId, childId, dedupeKey });
    await tellChanged(ports, deviceId);
  }
  await tellCells(ports, { what: state, deviceId, windowId });
}

/** A toy's family is another, or none. Never rejects. */
export async function tellChanged({ bus, log }: { bus: Bus; log: Log }, deviceId: string): Promise<void> {
  await bus
    .publish(TOY_CHANGED, deviceId)
    .catch((error: unknown) => log.warn({ toy: deviceId, error }, "a change of family was not announced"));
}

/** The answer stops listening. */
export function hearCells(bus: Bus, hear: (notice: PairingNotice) => void): Promise<() => Promise<void>> {
  return bus.subscribe(CHANNEL, (text) => {
    const [what, deviceId, windowId, ...more] = text.split(" ");
    if (what === undefined || !KINDS.includes(what) || more.length > 0) return;
    if (deviceId === undefined || windowId === undefined) return;
    hear({ what: what as PairingNotice["what"], deviceId, windowId });
  });
}
