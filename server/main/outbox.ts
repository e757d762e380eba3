/** Where development's mail lies, for the cell that writes it and `bear outbox` that shows it. */
import { join } from "node:path";
import { readOutbox } from "../adapters/mail/outbox.ts";
import type { Posted } from "../adapters/mail/outbox.ts";
import type { Config } from "../config.ts";

export type { Posted };

export function outboxFolder({ DATA_DIR }: Pick<Config, "DATA_DIR">): string {
  return join(DATA_DIR, "outbox");
}

/** Oldest first; of a cell with MAIL_URL there is none. */
export function postedMail(config: Pick<Config, "DATA_DIR">): Posted[] {
  return readOutbox(outboxFolder(config));
}
