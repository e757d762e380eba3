/** Every command of `bear`, in the order in which a newcomer meets them. */
import type { CommandSpec } from "../command.ts";
import { bench } from "./bench.ts";
import { demo } from "./demo.ts";
import { migrateDown, migrateStatus, migrateUp } from "./migrate.ts";
import { pair } from "./pair.ts";
import { provision } from "./provision.ts";
import { start } from "./start.ts";
import { talk } from "./talk.ts";

export const commands: readonly CommandSpec[] = [
  demo,
  start,
  provision,
  pair,
  talk,
  migrateUp,
  migrateDown,
  migrateStatus,
  bench,
];
