/** What a child disclosed: its parent is told at once, without the words; what names the household is told to the operator alone. SAFETY "Conversation" */
import { utf8 } from "@bearlink/sdk/protocol";
import { CARE_WINDOW_MS } from "../bounds.ts";
import { sealContext } from "../ports.ts";
import type {
  Alerts,
  Clock,
  Log,
  Meter,
  SafetyQueue,
  ToyStatuses,
  TurnNews,
  TurnRef,
  TurnVerdict,
  Vault,
} from "../ports.ts";
import type { Surely } from "./surely.ts";

export interface CarePorts {
  statuses: Pick<ToyStatuses, "family">;
  alerts: Alerts;
  safetyQueue: Pick<SafetyQueue, "add">;
  vault: Vault;
  clock: Clock;
  meter: Meter;
  log: Log;
  surely: Surely;
  /** A case waits. Never throws. */
  tellOperator(): void;
}

/** What a case holds, sealed. */
export interface CaseContent {
  account_id: string | null;
  child_id: string;
  device_id: string;
  /** null where the family has nothing kept of what is said */
  words: string | null;
}

/** Follows every turn, and speaks of those alone that a person must hear of. */
export function createCare(ports: CarePorts): Pick<TurnNews, "heard"> {
  const { statuses, alerts, safetyQueue, vault, clock, meter, log, surely } = ports;

  async function tellParent(turn: TurnRef, reason: string): Promise<void> {
    const family = await statuses.family(turn.deviceId);
    if (family?.status.childId !== turn.childId) return;
    const window = Math.floor(turn.at / CARE_WINDOW_MS);
    await alerts.raise({
      ...{ accountId: family.status.accountId, kind: "safety_care" },
      ...{ deviceId: turn.deviceId, childId: turn.childId, details: { reason } },
      dedupeKey: `safety_care:${turn.childId}:${reason}:${window}`,
    });
  }

  async function keepCase(turn: TurnRef, words: string | undefined, reason: string): Promise<void> {
    const family = await statuses.family(turn.deviceId);
    const content: CaseContent = {
      account_id: family?.status.accountId ?? null,
      child_id: turn.childId,
      device_id: turn.deviceId,
      words: turn.recipients.has("transcripts") ? (words ?? null) : null,
    };
    const { turnId: id } = turn;
    const sealed = vault.seal(utf8(JSON.stringify(content)), sealContext.safetyCase(id));
    if (!(await safetyQueue.add({ id, at: clock.now(), kind: reason, sealed }))) return;
    meter.count("safety_cases_total", { kind: reason });
    log.warn({ requestId: id, reason }, "a case waits in the safety queue");
    ports.tellOperator();
  }

  return {
    heard(turn, words, { action, reason, withheld }: TurnVerdict) {
      if (withheld && action !== "allow")
        surely("a case for the operator", () => keepCase(turn, words, reason));
      else if (action === "escalate") surely("an alert of care", () => tellParent(turn, reason));
    },
  };
}
