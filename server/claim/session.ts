/** What a claim opens: the session its keys come from, and the answer under the server's proof. PROTOCOL.md §3.4, §3.5 */
import { serverProof, sessionKey, toHex, toyTopics } from "@bearlink/sdk/protocol";
import type { ClaimAnswer } from "@bearlink/sdk/protocol";
import { orUnavailable } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type { Attempt, ClaimDesk } from "./desk.ts";
import { announceEnd } from "./end.ts";
import { refuseStale } from "./replay.ts";

export async function openSession(desk: ClaimDesk, attempt: Attempt): Promise<void> {
  const { claim, auth, toy } = attempt;
  const now = desk.clock.now();
  const sessionId = toHex(claim.sessionId);
  const sk = sessionKey(desk.hash, auth.bytes, claim.deviceNonce, claim.nonce);
  const opened = await orUnavailable(
    desk.sessions.open({
      deviceId: claim.deviceId,
      sessionId,
      boot: claim.boot,
      seq: claim.seq,
      sealedSk: desk.vault.seal(sk, sealContext.sk(claim.deviceId, sessionId)),
      expiresAt: now + desk.sessionS * 1000,
    }),
  );
  // a claim with a higher pair went past this one between SQL and here
  if (!opened) return refuseStale(desk, attempt);
  await announceEnd(desk, claim.deviceId);

  const answer: ClaimAnswer = {
    state: toy.ownerId === undefined ? "unpaired" : "paired",
    server_time: now,
    expires_in: desk.sessionS,
    mqtt: { ...desk.publicMqtt, ...toyTopics(claim.deviceId) },
  };
  const proof = serverProof(desk.hash, auth.key, claim, attempt.proof, answer);
  attempt.answer = { ...answer, proof_hex: toHex(proof) };
}
