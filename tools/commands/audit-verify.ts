/** `bear audit-verify`: whether the audit trail stands as it was written, held to the heads in its second place. MISSION B26 */
import { readConfig } from "@bearlink/server/config";
import type { Finding, Verified } from "@bearlink/server/offline";
import { runningCell } from "../cell.ts";
import { command } from "../command.ts";
import { EXIT, Fault, faultOf } from "../fault.ts";
import type { Run } from "../command.ts";

interface Options {
  from?: string;
  to?: string;
  archive?: boolean;
}

const SAID: Record<Finding["fault"], string> = {
  changed: "a row was edited or moved, or its link made anew",
  missing: "a row or a link is gone",
  cut: "the trail ends before it did",
  added: "a row has no link, or waited for one and is gone",
  day: "the day does not follow on the one before it, or not on its own seal",
  head: "the trail is not the one that was exported",
  forged: "an exported head was not made by this server",
  key: "the master key of this day is not here",
  late: "rows wait for their link for over a minute, and nothing proves what they were: no cell runs, or somebody holds it up",
};

function tell({ fault, day, place, id, archive }: Finding): string {
  const where = [day, place && `place ${place}`, id && `row ${id}`, archive && `in ${archive}`]
    .filter(Boolean)
    .join(", ");
  return `${where && `${where}: `}${SAID[fault]} (${fault})`;
}

/** A cell keeps its embedded database to itself; any other is read here, past the cells. */
async function verify({ env }: Run, scope: Options): Promise<Verified> {
  const config = readConfig(env);
  const cell = config.DATABASE_URL ? undefined : await runningCell(env);
  if (cell) {
    const { archive, ...span } = scope;
    const query = new URLSearchParams({ ...span, ...(archive && { archive: "true" }) }).toString();
    return (await cell.get(`/api/v1/audit/verification${query && `?${query}`}`)) as unknown as Verified;
  }
  const { quietLog } = await import("@bearlink/server/log");
  const { verifyRecord } = await import("@bearlink/server/offline");
  return verifyRecord(config, { log: quietLog }, scope);
}

function readDay(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new Fault("a day is written like 2026-11-28", EXIT.USAGE);
}

export const auditVerify = command<Options & { json?: boolean }>({
  name: "audit-verify",
  about:
    "whether the audit trail stands as it was written; exit code 1 where it does not, 4 where nobody can say",
  options: [
    { flags: "--from <day>", about: "the first (UTC) day, such as 2026-11-28", read: readDay },
    { flags: "--to <day>", about: "the last day", read: readDay },
    { flags: "--archive", about: "also what the archive has of days that left the database" },
  ],
  example: "bear audit-verify --from 2026-11-01",
  async run(run, { from, to, archive }) {
    const scope = {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(archive && { archive }),
    };
    const verified = await verify(run, scope).catch((error: unknown) => {
      const fault = faultOf(error);
      throw fault.exit === EXIT.FAILED ? new Fault(fault.message, EXIT.UNKNOWN) : fault;
    });
    const { findings, away, days, links, archived, heads, waiting } = verified;
    const also = archive ? ` and ${archived} of the archive` : "";
    const read = `${links} rows of ${days} days${also}, held to ${heads} exported heads`;
    run.terminal.answer({ ...verified }, [
      ...findings.map(tell),
      ...away.map((name) => `${name} does not answer: what it knows was not asked`),
      ...(waiting > 0
        ? [`${waiting} rows wait to be linked: a cell does it within a second of its start.`]
        : []),
      ...(findings.length === 0 && away.length === 0 ? [`The audit trail holds: ${read}.`] : []),
    ]);
    if (findings.some(({ fault }) => fault !== "late"))
      throw new Fault(`the audit trail does not hold (${read})`);
    if (findings.length > 0) throw new Fault("rows wait for their link: start a cell", EXIT.UNKNOWN);
    if (away.length > 0) throw new Fault("a second place did not answer", EXIT.UNKNOWN);
  },
});
