/** What a signed-in parent's read costs beside a bare Fastify that answers as many bytes: requests a second of both, by the same load, in the same rounds. */
import { randomBytes } from "node:crypto";
import { postedMail } from "@bearlink/server/outbox";
import type { Loaded, Load } from "./load-worker.ts";
import { median, rounded, sumOf } from "./numbers.ts";
import type { Site } from "./site.ts";
import { startWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

export interface HttpScenario {
  /** at once */
  connections: number;
  /** ms of each in each round */
  roundMs: number;
  rounds: number;
}

export interface HttpResult {
  database: "PGlite" | "Postgres";
  /** bytes of an answer */
  bytes: number;
  /** a second; the median of some rounds */
  bare: number;
  read: number;
  /** read to bare: the median of what each round gave */
  share: number;
  target_share: number;
  /** µs of CPU an answer, of the process that answers: what others on this machine leave alone */
  bare_us: number;
  read_us: number;
  /** ms, the median of some rounds */
  read_p97_5_ms: number;
  failed: number;
}

type Measured = Loaded & { us: number };

const TARGET_SHARE = { PGlite: 0.1, Postgres: 0.3 };
const READ = "/api/v1/children";

/** `postgres`: where a database is that the bench may fill; without it PGlite serves. */
export async function runHttp(
  site: Site,
  { connections, roundMs, rounds }: HttpScenario,
  postgres: string | undefined,
  tell: (detail: string) => void,
): Promise<HttpResult> {
  const database = postgres === undefined ? "PGlite" : "Postgres";
  const running: Worker[] = [];
  try {
    const cell = await site.startCell({
      // a limit would be all that is measured: one parent asks for thousands
      RATE_LIMIT_ENABLED: "false",
      ...(postgres !== undefined && { DATABASE_URL: postgres }),
    });
    running.push(cell.worker);
    const authorization = await signUp(cell.url, site.dataDir);
    const answer = await fetch(cell.url + READ, { headers: { authorization } });
    if (!answer.ok) throw new Error(`a read was answered with ${answer.status}`);
    const text = await answer.text();
    const bareWorker = await startWorker("bare-worker.ts");
    running.push(bareWorker);
    const bareUrl = await bareWorker.ask<string>("listen", text);
    const loader = await startWorker("load-worker.ts");
    running.push(loader);

    const measure = async (url: string, worker: Worker): Promise<Measured> => {
      const load: Load = { url, authorization, connections, ms: roundMs };
      const before = await worker.usage();
      const loaded = await loader.ask<Loaded>("load", load);
      const { cpuMs } = await worker.usage();
      return { ...loaded, us: ((cpuMs - before.cpuMs) * 1000) / loaded.answers };
    };
    const both = async (): Promise<{ bare: Measured; read: Measured }> => ({
      bare: await measure(bareUrl, bareWorker),
      read: await measure(cell.url + READ, cell.worker),
    });
    tell("warm-up");
    await both();
    const found: { bare: Measured; read: Measured }[] = [];
    for (let round = 1; round <= rounds; round++) {
      tell(`${database}, round ${round} of ${rounds}`);
      found.push(await both());
    }
    return {
      database,
      bytes: Buffer.byteLength(text),
      bare: Math.round(median(found.map(({ bare }) => bare.perSecond))),
      read: Math.round(median(found.map(({ read }) => read.perSecond))),
      share: rounded(median(found.map(({ bare, read }) => read.perSecond / bare.perSecond)), 2),
      target_share: TARGET_SHARE[database],
      bare_us: rounded(median(found.map(({ bare }) => bare.us)), 1),
      read_us: rounded(median(found.map(({ read }) => read.us)), 1),
      read_p97_5_ms: rounded(median(found.map(({ read }) => read.p97_5)), 1),
      failed: sumOf(found.map(({ bare, read }) => bare.failed + read.failed)),
    };
  } finally {
    for (const worker of running.reverse()) await worker.stop();
  }
}

/** A parent with one child, as the app would make them; answers with their Authorization. */
async function signUp(url: string, dataDir: string): Promise<string> {
  const email = `bench-${randomBytes(6).toString("hex")}@example.org`;
  const password = randomBytes(12).toString("hex");
  const send = async (
    path: string,
    body: object,
    authorization?: string,
  ): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  await send("/auth/register", { email, password, name: "Bench" });
  const letter = postedMail({ DATA_DIR: dataDir }).findLast(({ to }) => to === email);
  const token = /#([0-9a-f]{64})/.exec(letter?.text ?? "")?.[1];
  const signedIn = await send("/auth/verify", { token, password });
  const authorization = `Bearer ${String(signedIn.access_token)}`;
  await send("/children", { nickname: "Pip", birth_month: "2021-04" }, authorization);
  return authorization;
}
