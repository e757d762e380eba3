/** What a toy is owed when it comes on the line: the rekey of a change of owner, and the parent's word about its microphone. PROTOCOL.md §11, MISSION C44 */
import { ERRAND_S } from "../bounds.ts";
import type { ConsentGate, Log, Ownership, ToyLine } from "../ports.ts";

export interface ErrandPorts {
  ownership: Pick<Ownership, "takeRekey" | "micOff" | "setMicOff">;
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

  /** Off where the parent took the voice back, on where that is not so. */
  async function microphone(deviceId: string): Promise<void> {
    const standing = await gate.standing(deviceId);
    const off = standing.state === "NO_CONSENT" && standing.revoked;
    if ((await ownership.micOff(deviceId)) === off) return;
    const ack = await line.command(deviceId, "policy", ERRAND_S, { mic_off: off });
    if (ack?.ok) await ownership.setMicOff(deviceId, off);
  }

  const quietly = (deviceId: string, errand: Promise<void>): Promise<void> =>
    errand.catch((error: unknown) => log.warn({ toy: deviceId, error }, "an errand was not run"));

  return {
    async joined(deviceId, sessionId) {
      await quietly(deviceId, rekey(deviceId, sessionId));
      await quietly(deviceId, microphone(deviceId));
    },
    async changed(deviceId) {
      if (line.isHere(deviceId)) await quietly(deviceId, microphone(deviceId));
    },
  };
}
