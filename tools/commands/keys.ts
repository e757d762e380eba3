/** `bear keys`: the keys of developers and fleets, made, shown and ended. MISSION B17 */
import { readConfig } from "@bearlink/server/config";
import type { Offline } from "@bearlink/server/offline";
import { developerKey, runningCell } from "../cell.ts";
import type { CellApi } from "../cell.ts";
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { alone } from "../new-toy.ts";

interface Told {
  id: string;
  name: string;
  scopes: string[];
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  [more: string]: unknown;
}

/** Through the cell where there is one and a key to it; who has the database itself needs none, and makes the first. */
async function withKeys<T>(
  { env }: Run,
  beside: (cell: CellApi) => Promise<T>,
  straight: (keys: Offline["keys"]) => Promise<T>,
): Promise<T> {
  const config = readConfig(env);
  const cell = config.DATABASE_URL && !developerKey(env, config) ? undefined : await runningCell(env);
  return cell ? beside(cell) : alone(env, ({ keys }) => straight(keys));
}

const line = ({ id, name, scopes, expires_at, revoked_at, last_used_at }: Told): string => {
  const until = revoked_at ? `revoked ${revoked_at}` : `until ${expires_at}`;
  return `${id}  ${name}: ${scopes.join(", ")} (${until}, last used ${last_used_at ?? "never"})`;
};

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 365) return days;
  throw new Fault("--days must be a whole number from 1 to 365", EXIT.USAGE);
}

const readScopes = (text: string): string[] => text.split(",").map((scope) => scope.trim());

export const keysCreate = command<{ name: string; scopes: string[]; days: number }>({
  name: "keys create",
  about: "make a key for a developer or a fleet, and show it this once",
  options: [
    { flags: "--name <name>", about: "what it is for", required: true },
    {
      flags: "--scopes <list>",
      about: "what it may, with commas: devices:read, devices:provision, firmware:publish, …, admin",
      required: true,
      read: readScopes,
    },
    { flags: "--days <n>", about: "how long it holds", default: 90, read: readDays },
  ],
  example: "bear keys create --name factory --scopes devices:provision --days 30",
  async run(run, { name, scopes, days }) {
    const wish = { name, scopes, expires_in_days: days };
    const made = await withKeys(
      run,
      async (cell) => cell.post("/api/v1/keys", wish),
      (keys) => keys.create(wish),
    );
    run.terminal.answer(made, [String(made.key), line(made as Told), "It is shown this once: keep it well."]);
  },
});

export const keysList = command({
  name: "keys list",
  about: "the keys there are: what each may, until when, and when it was last used",
  example: "bear keys list",
  async run(run) {
    const { keys } = await withKeys(
      run,
      async (cell) => (await cell.get("/api/v1/keys")) as { keys: Told[] },
      async (keys) => (await keys.list()) as { keys: Told[] },
    );
    run.terminal.answer({ keys }, keys.length === 0 ? ["There are none."] : keys.map(line));
  },
});

export const keysRevoke = command<{ id: string }>({
  name: "keys revoke",
  about: "end a key and all that it made, at once",
  options: [{ flags: "--id <id>", about: "its id: the third part of it", required: true }],
  example: "bear keys revoke --id 1f00ba12",
  async run(run, { id }) {
    if (!/^[0-9a-f]{8}$/.test(id)) throw new Fault("--id must be 8 characters of hex", EXIT.USAGE);
    await withKeys(
      run,
      (cell) => cell.delete(`/api/v1/keys/${id}`),
      (keys) => keys.revoke(id),
    );
    run.terminal.answer({ revoked: id }, [`${id} no longer holds, nor does what it made.`]);
  },
});
