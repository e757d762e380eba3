/** `bear migrate`: the database's schema, one step at a time. MISSION B24 */
import { readConfig } from "@bearlink/server/config";
import type { Migrations } from "@bearlink/server/offline";
import { runningCell } from "../cell.ts";
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";

interface State {
  name: string;
  state: string;
}

/** A cell keeps its embedded database to itself: what it may be asked goes through it. */
async function embeddedCell({ env }: Run): Promise<State[] | undefined> {
  if (readConfig(env).DATABASE_URL) return undefined;
  const cell = await runningCell(env);
  return cell && ((await cell.get("/api/v1/dev/migrations")).migrations as State[]);
}

async function withMigrations<T>({ env }: Run, work: (migrations: Migrations) => Promise<T>): Promise<T> {
  const { quietLog } = await import("@bearlink/server/log");
  const { openMigrations } = await import("@bearlink/server/offline");
  const migrations = await openMigrations(readConfig(env), { log: quietLog });
  try {
    return await work(migrations);
  } finally {
    await migrations.close();
  }
}

const tell = (verb: string, names: string[]): string[] =>
  names.length === 0 ? ["Nothing to do."] : names.map((name) => `${verb} ${name}`);

export const migrateUp = command({
  name: "migrate up",
  about: "apply what is pending",
  example: "bear migrate up",
  async run(run) {
    const states = await embeddedCell(run);
    if (states?.some(({ state }) => state === "pending"))
      throw new Fault("the running cell has the database: stop it and start it, it applies what is pending");
    let applied: string[] = [];
    if (!states)
      await run.terminal.steps([
        {
          title: "Applying migrations",
          run: () => withMigrations(run, async ({ up }) => void (applied = await up())),
        },
      ]);
    run.terminal.answer({ applied }, tell("applied", applied));
  },
});

export const migrateDown = command<{ count: number }>({
  name: "migrate down",
  about: "take the last migrations back, with the data they hold",
  options: [{ flags: "--count <n>", about: "how many", default: 1, read: readCount }],
  example: "bear migrate down --count 1",
  async run(run, { count }) {
    if (await embeddedCell(run))
      throw new Fault("the running cell has the database, and would find its tables gone: stop it first");
    let reverted: string[] = [];
    await run.terminal.steps([
      {
        title: "Taking migrations back",
        run: () => withMigrations(run, async ({ down }) => void (reverted = await down(count))),
      },
    ]);
    run.terminal.answer({ reverted }, tell("took back", reverted));
  },
});

export const migrateStatus = command({
  name: "migrate status",
  about: "how the database's schema stands; exit code 3 where it is behind, 1 where a file was edited",
  example: "bear migrate status",
  async run(run) {
    const migrations = (await embeddedCell(run)) ?? (await withMigrations(run, ({ status }) => status()));
    run.terminal.answer(
      { migrations },
      migrations.map(({ name, state }) => `${state.padEnd(8)} ${name}`),
    );
    const named = (state: string): string[] =>
      migrations.filter((migration) => migration.state === state).map(({ name }) => name);
    const edited = named("edited");
    if (edited.length > 0)
      throw new Fault(
        `edited after it was applied: ${edited.join(", ")}; restore its file and add a new one`,
      );
    const unknown = named("unknown");
    if (unknown.length > 0)
      throw new Fault(`applied by a newer version: ${unknown.join(", ")}; run that version`, EXIT.SCHEMA);
    const pending = named("pending");
    if (pending.length > 0)
      throw new Fault(
        `${pending.length} of ${migrations.length} are pending: run bear migrate up`,
        EXIT.SCHEMA,
      );
  },
});

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new Fault("--count must be a whole number from 1 to 1000", EXIT.USAGE);
}
