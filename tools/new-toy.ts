/** Makes a toy: its id, its secret and its pairing code, and tells the server what it may know of them. PROTOCOL.md §2 */
import { createHash, randomBytes } from "node:crypto";
import { isWeakSecret, makeDeviceId, makePairingCode } from "@bearlink/sdk/protocol";
import { readConfig } from "@bearlink/server/config";
import type { Offline } from "@bearlink/server/offline";
import { cellUrl, runningCell } from "./cell.ts";
import type { CellApi } from "./cell.ts";
import type { ToyFile } from "./toy-file.ts";

type Env = Record<string, string | undefined>;

/** A toy that nobody knows yet. PROTOCOL.md §2 */
export function makeToy(env: Env): ToyFile {
  const secret = randomBytes(32);
  return {
    device_id: makeDeviceId(randomBytes(10)),
    device_secret: (isWeakSecret(secret) ? randomBytes(32) : secret).toString("hex"),
    pairing_code: makePairingCode(randomBytes(16)),
    url: cellUrl(env),
  };
}

/** What a command does where a cell runs, and where none does. */
export async function withCell<T>(
  env: Env,
  beside: (cell: CellApi) => Promise<T>,
  straight: (record: Offline) => Promise<T>,
): Promise<T> {
  const cell = await runningCell(env);
  return cell ? beside(cell) : alone(env, straight);
}

/** Straight to the record. */
export async function alone<T>(env: Env, work: (record: Offline) => Promise<T>): Promise<T> {
  const { quietLog } = await import("@bearlink/server/log"); // only now: beside a cell none of it is needed
  const { openOffline } = await import("@bearlink/server/offline");
  const record = await openOffline(readConfig(env), { log: quietLog });
  try {
    return await work(record);
  } finally {
    await record.close();
  }
}

/** Tells the server what it may know of a toy. Throws a Fault, and then the server does not know it. */
export async function registerToy(env: Env, toy: ToyFile): Promise<void> {
  const { device_id, device_secret, pairing_code } = toy;
  const pairing_code_sha256 = createHash("sha256").update(pairing_code).digest("hex");
  const request = { device_id, device_secret, pairing_code_sha256 };
  await withCell(
    env,
    async (cell) => void (await cell.post("/api/v1/toys", request)),
    (record) => record.provision(request),
  );
}
