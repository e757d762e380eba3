/** A shipped toy says nothing of its state: it is ready when it does what it is told. */
import type { TestCell } from "../../support/cell.ts";
import { until } from "../../support/wait.ts";

/** ms: a toy that was without its network may wait a minute before it tries again. PROTOCOL.md §4.6 */
export const READY_MS = 90_000;

export async function ready(cell: TestCell, id: string): Promise<void> {
  await until(
    "the toy does what it is told",
    async () => {
      const answer = await cell.command(id, "volume", 2, { level: 60 }).catch(() => undefined);
      return answer !== undefined && "ok" in answer && answer.ok;
    },
    READY_MS,
  );
}
