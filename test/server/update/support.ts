/** Updates in a map, a publisher's key, and bundles that are signed with it. */
import { createHash } from "node:crypto";
import { toHex, updateMessage } from "@bearlink/sdk/protocol";
import { publicHalf, signaturesOf, signWith } from "../../../server/adapters/ed25519.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import type { Attempt, Bundle, Tally, Updates } from "../../../server/ports/updates.ts";
import type { PublishRequest } from "../../../server/update/publish.ts";

const SEED = new Uint8Array(32).map((_, i) => (i * 37 + 11) & 255);
export const signatures = signaturesOf(publicHalf(SEED));

export function memoryUpdates(
  entries: AuditEntry[] = [],
): Updates & { bundles: Bundle[]; attempts: Map<string, Attempt> } {
  const bundles: Bundle[] = [];
  const content = new Map<string, Uint8Array>();
  const attempts = new Map<string, Attempt>();
  const find = (board: string, version: string) =>
    bundles.find((bundle) => bundle.board === board && bundle.version === version);
  return {
    bundles,
    attempts,
    async add(bundle, bytes, entry) {
      if (find(bundle.board, bundle.version)) return false;
      bundles.unshift({ ...bundle });
      entries.push(entry);
      content.set(`${bundle.board}/${bundle.version}`, bytes);
      return true;
    },
    list: async () => bundles.map((bundle) => ({ ...bundle })),
    async change(board, version, stage, entryOf) {
      const bundle = find(board, version);
      if (!bundle) return undefined;
      Object.assign(bundle, JSON.parse(JSON.stringify(stage)));
      entries.push(entryOf({ ...bundle }));
      return { ...bundle };
    },
    bytes: async (board, version) => content.get(`${board}/${version}`),
    attempt: async (deviceId) => attempts.get(deviceId),
    async keepAttempt(attempt, entry) {
      const there = attempts.get(attempt.deviceId);
      if (entry && there?.version === attempt.version && there.state === attempt.state) return false;
      attempts.set(attempt.deviceId, { ...attempt });
      if (entry) entries.push(entry);
      return true;
    },
    async tallies() {
      const tallies = new Map<string, Tally>();
      for (const { version, state } of attempts.values()) {
        const tally = tallies.get(version) ?? { offered: 0, ok: 0, failed: 0, refused: 0 };
        tally[state]++;
        tallies.set(version, tally);
      }
      return tallies;
    },
  };
}

/** As `bear publish` would ask, signed; `change` comes before the signature. */
export function signed(change: Partial<PublishRequest> = {}): PublishRequest {
  const bytes = change.bytes ?? Buffer.from(`print("${change.version ?? "1.1.0"}")`);
  const request = {
    version: "1.1.0",
    board: "esp32-classic",
    min_version: "0.0.0",
    sha256: createHash("sha256").update(bytes).digest("hex"),
    percent: 100,
    paused: false,
    ...change,
    bytes: new Uint8Array(bytes),
  };
  const signature = toHex(signWith(SEED, updateMessage({ ...request, size: bytes.length })));
  return { signature, ...request };
}

export function bundleOf(change: Partial<Bundle> = {}): Bundle {
  const { version, board, sha256, signature, bytes } = signed({ version: change.version ?? "1.1.0" });
  const made = { version, board, sha256, signature, size: bytes.length, minVersion: "0.0.0" };
  return { ...made, percent: 100, paused: false, publishedAt: 0, ...change };
}
