/** Decides as the limiter does, and writes audit entries, in a process of its own. */
import { readConfig } from "@bearlink/server/config";
import { quietLog } from "@bearlink/server/log";
import { auditEntryTime, decisionTimes } from "@bearlink/server/limits-time";
import { sealingTimes } from "@bearlink/server/sealing-time";
import { answerParent } from "./worker.ts";

answerParent({
  decisions: decisionTimes,
  sealing: sealingTimes,
  auditEntry: ({ env, deviceId }: { env: Record<string, string>; deviceId: string }) =>
    auditEntryTime({ config: readConfig(env), deviceId }, quietLog),
});
