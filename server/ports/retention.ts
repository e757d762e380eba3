/** What the sweeper asks of the record: that what is past its time goes. SAFETY S4 */
import type { AuditEntry } from "./audit.ts";

export interface Retention {
  /** Deletes at most `most` things of a category of retention.yaml, and answers how many: `before` is where its time began, undefined where each child has its own. Throws where it does not know the category. */
  sweep(category: string, past: { now: number; before: number | undefined }, most: number): Promise<number>;
  /** Children whose family has not signed in, and whose toys have not come online, since. */
  abandoned(before: number, most: number): Promise<{ accountId: string; childId: string }[]>;
  /** One of those, with all that hangs on it, and its audit row. The child must have no toys. */
  remove(childId: string, entry: AuditEntry): Promise<void>;
}
