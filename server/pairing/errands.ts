/** What a toy is owed when it comes on the line: the rekey of a change of owner, and the parent's word about its microphone and how loud it is. PROTOCOL.md §11, MISSION C44 */
import { ERRAND_S } from "../bounds.ts";
import type { ConsentGate, Log, Ownership, ToyLine } from "../ports.ts";

export interface ErrandPorts {
  ownership: Pick<Ownership, "takeRekey" | "dues" | "setMicOff" | "setVolumeTold">;
  gate: Pick<ConsentGate, "standing">;
  line: ToyLine;
  log: Log;
}

export interface Errands {
  /** Never rejects. */
  joined(deviceId: string, sessionId: string): Promise<void>;
  /** Its family changed; likewise. */
  changed(deviceId: string): Promise<void>;
}

export function createErrands({ ownership, gate, line, log }: ErrandPorts): Errands {
  /** Once a session: a toy that was told twice between two claims would be two steps ahead of us. */
  async function rekey(deviceId: string, sessionId: string): Promise<void> {
    if (!(await ownership.takeRekey(deviceId, sessionId))) return;
    const ack = await line.command(deviceId, "rekey", ERRAND_S, {});
    log.info({ toy: deviceId, done: ack?.ok ?? false }, "a toy was told to move its keys on");
  }

  /** Off where the parent took the voice back or wants it off, on where neither is so. */
  async function settings(deviceId: string): Promise<void> {
    const standing = await gate.standing(deviceId);
    const dues = await ownership.dues(deviceId);
    if (!dues) return;
    const off = (standing.state === "NO_CONSENT" && standing.revoked) || dues.micWishedOff;
    if (dues.micOff !== off) {
      const ack = await line.command(deviceId, "policy", ERRAND_S, { mic_off: off });
      if (ack?.ok) await ownership.setMicOff(deviceId, off);
    }
    if (dues.volume === undefined || dues.volume === dues.volumeTold) return;
    const ack = await line.command(deviceId, "volume", ERRAND_S, { level: dues.volume });
    if (ack?.ok) await ownership.setVolumeTold(deviceId, dues.volume);
  }

  const quietly = (deviceId: string, errand: Promise<void>): Promise<void> =>
    errand.catch((error: unknown) => log.warn({ toy: deviceId, error }, "an errand was not run"));

  return {
    async joined(deviceId, sessionId) {
      await quietly(deviceId, rekey(deviceId, sessionId));
      await quietly(deviceId, settings(deviceId));
    },
    async changed(deviceId) {
      if (line.isHere(deviceId)) await quietly(deviceId, settings(deviceId));
    },
  };
}
