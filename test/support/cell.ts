/** A whole cell on embedded defaults, in a folder of its own that goes with it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../server/config.ts";
import { startCell as startOn } from "../../server/main.ts";
import type { Cell } from "../../server/main.ts";
import { layDatabase } from "./shelf.ts";

export interface TestCell {
  url: string;
  mqttPort: number;
  developerKey: string;
  dataDir: string;
  command: Cell["command"];
  stop(): Promise<void>;
}

/** `variables` are added to the environment of a cell that has no other. */
export async function startCell(variables: Record<string, string> = {}): Promise<TestCell> {
  const dataDir = mkdtempSync(join(tmpdir(), "bearlink-cell-"));
  if (variables.DATABASE_URL === undefined) await layDatabase(dataDir);
  const config = readConfig({
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: dataDir,
    LOG_LEVEL: "silent",
    ...variables,
  });
  const { url, mqttPort, command, stop } = await startOn(config);
  return {
    url,
    mqttPort,
    dataDir,
    command,
    developerKey: variables.BEARLINK_KEY ?? readFileSync(join(dataDir, "developer-key"), "utf8").trim(),
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
