/** A shipped toy says nothing of its state: it is ready when it does what it is told. */
import type { TestCell } from "../../support/cell.ts";
import { pause } from "../../support/wait.ts";

export async function ready(cell: TestCell, id: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const answer = await cell.command(id, "volume", 2, { level: 60 }).catch(() => undefined);
    if (answer && "ok" in answer && answer.ok) return;
    if (tries > 100) throw new Error("never ready");
    await pause(200);
  }
}
