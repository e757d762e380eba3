/** The two databases that every SQL suite runs on, each with its tables made. */
import { openDatabase } from "../../../../server/adapters/sql/database.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import { startPglite } from "../../../support/pglite.ts";
import { postgresMissing, startPostgres } from "../../../support/postgres.ts";

interface Place extends Database {
  /** the database, and what was started for it */
  close(): Promise<void>;
}

export const places = [
  { name: "PGlite", missing: false, open: (): Promise<Place> => startPglite() },
  {
    name: `Postgres${postgresMissing ? `: ${postgresMissing}` : ""}`,
    missing: postgresMissing,
    async open(): Promise<Place> {
      const server = await startPostgres();
      const database = await openDatabase({ url: await server.newTables() });
      return {
        ...database,
        async close() {
          await database.close();
          await server.remove();
        },
      };
    },
  },
];
