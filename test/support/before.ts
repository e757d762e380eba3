/** Before a run, once: files that start together would each make what is copied from the shelf. */
import { madeCluster, postgresMissing } from "./postgres.ts";
import { madeDatabase } from "./shelf.ts";

export async function setup(): Promise<void> {
  await Promise.all([madeDatabase(), postgresMissing || madeCluster()]);
}
