/** A bundle is published once: whole, signed, for a board, and newer than what its toys may already have. PROTOCOL.md §10 */
import { fromHex, sameBytes, updateMessage } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { MAX_UPDATE_BYTES } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { Bundle, Signatures, Updates } from "../ports/updates.ts";
import { compareVersions, readVersion } from "./version.ts";

export interface PublishPorts {
  updates: Updates;
  signatures: Signatures;
  /** the boards that firmware can be built for */
  boards: readonly string[];
  hash: Hash;
  clock: Clock;
}

export interface PublishRequest {
  version: string;
  board: string;
  min_version: string;
  /** 64 hex */
  sha256: string;
  /** 128 hex */
  signature: string;
  percent: number;
  paused: boolean;
  bytes: Uint8Array;
}

type Step = (ports: PublishPorts, request: PublishRequest) => void | Promise<void>;

const checkSize: Step = (_ports, { bytes }) => {
  if (bytes.length === 0 || bytes.length > MAX_UPDATE_BYTES)
    throw new Refusal("INVALID_REQUEST", {
      path: "bundle",
      problem: `not of 1 to ${MAX_UPDATE_BYTES} bytes`,
    });
};

const checkBoard: Step = ({ boards }, { board }) => {
  if (!boards.includes(board)) throw new Refusal("WRONG_BOARD");
};

const checkDigest: Step = ({ hash }, { bytes, sha256 }) => {
  if (!sameBytes(hash.sha256(bytes), fromHex(sha256, 32) ?? new Uint8Array(0)))
    throw new Refusal("BAD_DIGEST");
};

const checkSignature: Step = ({ signatures }, request) => {
  const { version, board, min_version, sha256, bytes } = request;
  const message = updateMessage({ version, board, min_version, sha256, size: bytes.length });
  if (!signatures.verify(message, fromHex(request.signature, 64)!)) throw new Refusal("BAD_SIGNATURE");
};

/** No downgrade: a toy would refuse it, and a paused bundle is the way back. */
const refuseOlder: Step = async ({ updates }, { version, board, min_version }) => {
  const made = readVersion(version)!;
  const least = readVersion(min_version)!;
  if (compareVersions(least, made) > 0)
    throw new Refusal("INVALID_REQUEST", { path: "min_version", problem: "above its own version" });
  for (const one of await orUnavailable(updates.list()))
    if (one.board === board && compareVersions(made, readVersion(one.version)!) <= 0)
      throw new Refusal("OLDER_VERSION", { newest: one.version });
};

/** The first that refuses ends it; nothing is kept then. */
const publishSteps: Step[] = [checkSize, checkBoard, checkDigest, checkSignature, refuseOlder];

/** Throws the Refusals INVALID_REQUEST, WRONG_BOARD, BAD_DIGEST, BAD_SIGNATURE, OLDER_VERSION and UNAVAILABLE. */
export async function publish(
  ports: PublishPorts,
  request: PublishRequest,
  by: { actor: string; address: string },
): Promise<Bundle> {
  for (const step of publishSteps) await step(ports, request);
  const { version, board, min_version: minVersion, sha256, signature, percent, paused, bytes } = request;
  const publishedAt = ports.clock.now();
  const size = bytes.length;
  const bundle = { version, board, minVersion, size, sha256, signature, percent, paused, publishedAt };
  const entry = { at: publishedAt, action: "firmware_published", outcome: "success" as const, ...by };
  const added = ports.updates.add(bundle, bytes, { ...entry, resource: `${board}/${version}` });
  if (!(await orUnavailable(added))) throw new Refusal("OLDER_VERSION", { newest: version });
  return bundle;
}
