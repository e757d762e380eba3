/** Which update a toy may have now, if any, and if none, why. It decides and does nothing. */
import { lp, readU32, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { UPDATE_AGAIN_MS, UPDATE_TRIES } from "../bounds.ts";
import type { Attempt, Bundle } from "../ports/updates.ts";
import { compareVersions, readVersion } from "./version.ts";
import type { FirmwareVersion } from "./version.ts";

export type WhyNot =
  | "UNKNOWN_VERSION"
  | "UP_TO_DATE"
  | "WRONG_BOARD"
  | "PAUSED"
  | "NOT_IN_STAGE"
  | "BELOW_MIN_VERSION"
  | "FAILED_BEFORE"
  | "TOO_SOON";

export interface UpdateQuestion {
  bundles: readonly Bundle[];
  deviceId: string;
  /** what the toy's claim said */
  firmwareVersion: string | undefined;
  attempt: Attempt | undefined;
  /** epoch ms */
  now: number;
}

export type Choice = { bundle: Bundle } | { why: WhyNot };

/** A toy's place in every rollout, 0–100: whoever was in a stage stays in it when the stage grows. */
export function placeOf(hash: Hash, deviceId: string): number {
  return (readU32(hash.sha256(lp([utf8("rollout"), utf8(deviceId)])), 0) / 2 ** 32) * 100;
}

const versionOf = ({ version, board }: Bundle): FirmwareVersion => readVersion(`${version}+${board}`)!;

/** The newest that nothing stands against; else what stands against the newest. */
export function chooseUpdate(hash: Hash, question: UpdateQuestion): Choice {
  const runs = readVersion(question.firmwareVersion);
  if (!runs) return { why: "UNKNOWN_VERSION" };
  const newer = question.bundles
    .filter((bundle) => compareVersions(versionOf(bundle), runs) > 0)
    .sort((a, b) => compareVersions(versionOf(b), versionOf(a)));
  const fitting = newer.filter(({ board }) => board === runs.board);
  if (fitting.length === 0) return { why: newer.length > 0 ? "WRONG_BOARD" : "UP_TO_DATE" };
  let why: WhyNot | undefined;
  for (const bundle of fitting) {
    const against = whatStandsAgainst(hash, bundle, runs, question);
    if (against === undefined) return { bundle };
    why ??= against;
  }
  return { why: why! };
}

function whatStandsAgainst(
  hash: Hash,
  bundle: Bundle,
  runs: FirmwareVersion,
  { deviceId, attempt, now }: UpdateQuestion,
): WhyNot | undefined {
  if (bundle.paused) return "PAUSED";
  if (placeOf(hash, deviceId) >= bundle.percent) return "NOT_IN_STAGE";
  if (compareVersions(runs, readVersion(bundle.minVersion)!) < 0) return "BELOW_MIN_VERSION";
  if (attempt?.version !== bundle.version) return undefined;
  // §10: the toy, too, stops after three; and one that refused says no again
  if (attempt.tries >= UPDATE_TRIES || attempt.state === "refused") return "FAILED_BEFORE";
  return now - attempt.at < UPDATE_AGAIN_MS ? "TOO_SOON" : undefined;
}
