/** `bear ratelimit-smoke`: whether each layer of a cell's limits says no. MISSION A17 */
import { randomBytes } from "node:crypto";
import { readConfig } from "@bearlink/server/config";
import { postedMail } from "@bearlink/server/outbox";
import { openCellApi, cellUrl } from "../cell.ts";
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { limitLayers } from "../smoke.ts";

interface Options {
  token?: string;
}

/** ms between two looks for a mail, and looks */
const LOOK_MS = 100;
const LOOKS = 100;

export const ratelimitSmoke = command<Options>({
  name: "ratelimit-smoke",
  about: "ask a cell until each layer of its limits says no; your address must then wait a minute",
  options: [
    {
      flags: "--token <token>",
      about: "a parent's access token, of a family that may wait; in development one is made",
    },
  ],
  example: "bear ratelimit-smoke",
  async run(run, { token }) {
    const { env, terminal } = run;
    const url = cellUrl(env);
    const layers = [];
    for (const show of limitLayers(url, token ?? (await newParent(run, url)))) {
      const { layer, asked, ok, code, retryAfterS } = await show();
      terminal.say(`${layer}: ${asked}`);
      terminal.say(`  ${ok} ok, 1 ${code}; again in ${retryAfterS} s`);
      layers.push({ layer, asked, ok, code, retry_after_s: retryAfterS });
    }
    terminal.answer({ url, layers }, `${layers.length} layers said no, each in its turn`);
  },
});

/** An account by its mail, which a cell in development keeps in its folder. */
async function newParent({ env }: Run, url: string): Promise<string> {
  const config = readConfig(env);
  const cell = openCellApi(url, undefined);
  const email = `smoke-${randomBytes(6).toString("hex")}@example.org`;
  const password = randomBytes(16).toString("hex");
  await cell.post("/api/v1/auth/register", { email, password, name: "Smoke" });
  for (let look = 0; look < LOOKS; look++) {
    const letter = postedMail(config).findLast(({ to }) => to === email);
    const [, token] = /#\S*?([0-9a-f]{64})/.exec(letter?.text ?? "") ?? [];
    if (token !== undefined)
      return String((await cell.post("/api/v1/auth/verify", { token, password })).access_token);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Fault("no mail came to this folder's outbox: give --token, or the cell's DATA_DIR", EXIT.USAGE);
}
