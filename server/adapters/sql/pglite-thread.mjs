/** PGlite in a thread of its own: a statement takes milliseconds, in which no toy could be served. Plain JavaScript, which a thread reads without a loader. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

let lite;

/** What the other side says in Postgres' own protocol is answered in it, faults of a statement too. */
const asked = {
  async open() {
    lite = await PGlite.create({ dataDir: workerData.dataDir });
  },
  say: (bytes) => lite.execProtocolRaw(bytes),
  close: () => lite.close(),
};

// one after another: the other side waits for its answer before it goes on
parentPort.on("message", async ({ question, about }) => {
  try {
    const value = await asked[question](about);
    parentPort.postMessage({ value }, value ? [value.buffer] : []);
  } catch (error) {
    parentPort.postMessage({ fault: error.message });
  }
});
