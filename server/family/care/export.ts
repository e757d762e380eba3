/** What a family is handed of itself: asked for, put together by a job section by section, kept sealed for a week, and read out again. SAFETY S5 */
import { utf8 } from "@bearlink/sdk/protocol";
import { EXPORT_FORGET_MS, EXPORT_LIFE_MS, EXPORT_PART_BYTES, MAX_EXPORT_BYTES } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { letterTo } from "../../letters/letters.ts";
import { sealContext } from "../../ports.ts";
import type {
  Accounts,
  Alerts,
  AuditTrail,
  Chance,
  Clock,
  Export,
  ExportSection,
  Exports,
  FamilyVault,
  Mail,
} from "../../ports.ts";
import { newId } from "../account/links.ts";

export interface ExportPorts {
  exports: Exports;
  sections: readonly ExportSection[];
  familyVault: FamilyVault;
  accounts: Pick<Accounts, "find">;
  mail: Mail;
  alerts: Pick<Alerts, "raiseSoon">;
  audit: AuditTrail;
  clock: Clock;
  chance: Chance;
  publicUrl: () => string;
  /** Its job is there. */
  wake(): void;
}

/** Who acts, as the audit names them. */
interface By {
  accountId: string;
  address: string;
}

/** Throws UNAVAILABLE. One that waits already is the answer to a second wish. */
export async function askExport(ports: ExportPorts, { accountId, address }: By): Promise<Export> {
  const at = ports.clock.now();
  const entry = { at, action: "export_asked", outcome: "success" as const, actor: accountId, address };
  const asked = await orUnavailable(ports.exports.ask({ id: newId(ports.chance), accountId, at }, entry));
  ports.wake();
  return asked;
}

/** Throws NOT_FOUND, for another family's too. */
export async function findExport({ exports }: ExportPorts, accountId: string, id: string): Promise<Export> {
  const found = await orUnavailable(exports.find(accountId, id));
  if (!found) throw new Refusal("NOT_FOUND");
  return found;
}

/** The file, part by part; each time that it is handed out stands in the trail before its first byte. Throws NOT_FOUND where it is not ready, or no longer. */
export async function takeExport(
  ports: ExportPorts,
  { accountId, address }: By,
  id: string,
): Promise<{ made: Export; bytes: AsyncGenerator<Uint8Array> }> {
  const made = await findExport(ports, accountId, id);
  if (made.state !== "ready" || made.expiresAt! <= ports.clock.now()) throw new Refusal("NOT_FOUND");
  const entry = { at: ports.clock.now(), action: "export_taken", outcome: "success" as const };
  await orUnavailable(ports.audit.append({ ...entry, actor: accountId, address, resource: id }));
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let number = 0; ; number++) {
      const sealed = await ports.exports.part(id, number);
      if (!sealed) return;
      yield await ports.familyVault.open(accountId, sealed, sealContext.exported(id, number));
    }
  }
  return { made, bytes: bytes() };
}

/** The job: done again from the start where it was cut short. */
export async function makeExport(ports: ExportPorts, id: string, signal: AbortSignal): Promise<void> {
  const { exports, familyVault, clock, mail } = ports;
  const wish = await exports.begin(id);
  if (!wish) return;
  const { accountId } = wish;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let number = 0;
  let size = 0;

  async function seal(): Promise<void> {
    const part = Buffer.concat(waiting);
    [waiting, waitingBytes] = [[], 0];
    await exports.addPart(
      id,
      number,
      await familyVault.seal(accountId, part, sealContext.exported(id, number)),
    );
    number++;
  }
  for await (const text of fileOf(ports, wish)) {
    signal.throwIfAborted();
    const bytes = utf8(text);
    size += bytes.length;
    if (size > MAX_EXPORT_BYTES) throw new Error("an export is too large");
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes >= EXPORT_PART_BYTES) await seal();
  }
  await seal();
  const readyAt = clock.now();
  if (!(await exports.finish(id, { readyAt, expiresAt: readyAt + EXPORT_LIFE_MS, size }))) return;
  const dedupeKey = `export_ready:${id}`;
  ports.alerts.raiseSoon({ accountId, kind: "export_ready", details: {}, dedupeKey });
  const account = await ports.accounts.find(accountId);
  if (account) mail.send(letterTo(account, ({ care }) => care.exported(ports.publicUrl())));
}

/** JSON as it is written, a record a line. */
async function* fileOf(
  { sections, clock }: Pick<ExportPorts, "sections" | "clock">,
  { accountId }: Export,
): AsyncGenerator<string> {
  const head = { bearlink_export: 1, family: accountId, made_at: new Date(clock.now()).toISOString() };
  yield JSON.stringify(head).slice(0, -1);
  for (const { name, records } of sections) {
    yield `,\n${JSON.stringify(name)}:[`;
    let before = "\n";
    for await (const record of records(accountId)) {
      yield before + JSON.stringify(record);
      before = ",\n";
    }
    yield "]";
  }
  yield "}\n";
}

/** Every hour: what ran out is gone, and some weeks later forgotten. */
export async function expireExports({
  exports,
  clock,
}: Pick<ExportPorts, "exports" | "clock">): Promise<void> {
  const now = clock.now();
  await exports.expire(now, now - EXPORT_FORGET_MS);
}
