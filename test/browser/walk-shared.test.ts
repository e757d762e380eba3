/** The whole walk on Postgres and Redis, as in production. */
import { test } from "vitest";
import { postgresMissing } from "../support/postgres.ts";
import { redisMissing } from "../support/redis.ts";
import { postgresAndRedis, walk } from "./walk.ts";

const missing = [postgresMissing, redisMissing].filter(Boolean).join(", ");

test.skipIf(missing)(
  `on Postgres and Redis a family comes, talks, and leaves nothing${missing && ` (skipped: ${missing})`}`,
  () => walk({ name: "Postgres and Redis", open: postgresAndRedis, looks: false }),
);
