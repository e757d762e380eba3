/** Every command of `bear`, in the order in which a newcomer meets them. */
import type { CommandSpec } from "../command.ts";
import { auditVerify } from "./audit-verify.ts";
import { bench } from "./bench.ts";
import { buildFirmwareCommand } from "./build-firmware.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { flash } from "./flash.ts";
import { keysCreate, keysList, keysRevoke } from "./keys.ts";
import { label } from "./label.ts";
import { migrateDown, migrateStatus, migrateUp } from "./migrate.ts";
import { rewrap } from "./rewrap.ts";
import { monitor } from "./monitor.ts";
import { outbox } from "./outbox.ts";
import { pair } from "./pair.ts";
import { provision } from "./provision.ts";
import { publish } from "./publish.ts";
import { ratelimitSmoke } from "./ratelimit-smoke.ts";
import { start } from "./start.ts";
import { talk } from "./talk.ts";
import { wifi } from "./wifi.ts";

export const commands: readonly CommandSpec[] = [
  demo,
  start,
  provision,
  pair,
  talk,
  buildFirmwareCommand,
  flash,
  label,
  wifi,
  monitor,
  publish,
  doctor,
  outbox,
  migrateUp,
  migrateDown,
  migrateStatus,
  rewrap,
  keysCreate,
  keysList,
  keysRevoke,
  auditVerify,
  ratelimitSmoke,
  bench,
];
