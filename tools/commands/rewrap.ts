/** `bear rewrap`: after a change of the master key or of the key service, all that the former one sealed is sealed anew. MISSION B12 */
import { readConfig } from "@bearlink/server/config";
import { runningCell } from "../cell.ts";
import { command } from "../command.ts";
import { Fault } from "../fault.ts";

export const rewrap = command({
  name: "rewrap",
  about: "seal anew what a former master key sealed; run again, it goes on where it stopped",
  example: "bear rewrap",
  async run({ env, terminal }) {
    const config = readConfig(env);
    if (!config.DATABASE_URL && (await runningCell(env)))
      throw new Fault("the running cell has the database: stop it first");
    const { quietLog } = await import("@bearlink/server/log");
    const { rewrapRecord } = await import("@bearlink/server/offline");
    let done: Awaited<ReturnType<typeof rewrapRecord>> | undefined;
    await terminal.steps([
      {
        title: "Sealing anew",
        run: async () => void (done = await rewrapRecord(config, { log: quietLog })),
      },
    ]);
    const { masters, pending, failed } = done!;
    terminal.answer({ ...done }, [
      `${masters} of the master keys and ${pending} sealed values were under a former key.`,
      failed > 0
        ? `${failed} of them no key opens; they stay as they were.`
        : "All of it is under the newest.",
    ]);
    if (failed > 0) throw new Fault(`${failed} sealed values do not open under any key that is set`);
  },
});
