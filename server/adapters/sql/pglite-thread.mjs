/** PGlite in a thread of its own: a statement takes milliseconds, in which no toy could be served. Plain JavaScript, which a thread reads without a loader. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/** `asText`: types whose text the other side reads itself */
const { dataDir, asText } = workerData;
const parsers = Object.fromEntries(asText.map((type) => [type, (text) => text]));

/** An Error loses its fields on the way: those that Postgres gives are told beside it. */
function faultOf({ message, code, severity, detail, table, column, constraint }) {
  return { message, fields: { code, severity, detail, table, column, constraint } };
}

async function answer(id, work) {
  try {
    parentPort.postMessage({ id, value: await work() });
  } catch (error) {
    parentPort.postMessage({ id, fault: faultOf(error) });
  }
}

const opening = PGlite.create({ dataDir, parsers });

const asked = {
  open: () => opening.then(() => undefined),
  async query({ text, parameters }) {
    const { rows, fields, rowCount, command } = await (await opening).query(text, parameters);
    return { rows, fields, rowCount, command };
  },
  close: async () => (await opening).close(),
};

parentPort.on("message", ({ id, question, about }) => void answer(id, () => asked[question](about)));
