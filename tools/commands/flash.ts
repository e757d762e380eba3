/** `bear flash`: a board becomes a toy. */
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import type { Board } from "../flash/flash.ts";
import { readImages } from "../flash/images.ts";
import { plaintextOption, refusePlaintext } from "../flash/plaintext.ts";
import { portOf, portOption, progressBar } from "../flash/ports.ts";
import { filesOf, manifestOf, readServers, recordsOf } from "../flash/record.ts";
import type { Order } from "../flash/record.ts";
import type { Step } from "../terminal.ts";
import { readToyFile } from "../toy-file.ts";

interface Options {
  toy: string;
  port?: string;
  image?: string;
  erase?: boolean;
  wifi?: string;
  server?: string;
  profile: string;
  board: string;
  bundle?: string;
  plaintextBehindFrames?: boolean;
  dryRun?: boolean;
}

export const flash = command<Options>({
  name: "flash",
  about: "put Espruino, the bear's program and a toy's record on an ESP32 (not tried on hardware)",
  options: [
    { flags: "--toy <file>", about: "the toy's file, of bear provision", required: true },
    portOption,
    {
      flags: "--image <path>",
      about: "Espruino itself: its release's folder, one file of the whole flash, or file@0x10000,…",
    },
    {
      flags: "--erase",
      about: "forget all that is on the board; a toy that has claimed before is then provisioned anew",
    },
    { flags: "--wifi <name>", about: "the network it joins; its password is read from WIFI_PASSWORD" },
    { flags: "--server <urls>", about: "where it finds its server; the toy's file says it without this" },
    {
      flags: "--profile <name>",
      about: "production shuts the toy's console for good",
      default: "development",
    },
    { flags: "--board <name>", about: "how its parts are wired", default: "esp32-classic" },
    { flags: "--bundle <file>", about: "a program built before, in the place of a new one" },
    plaintextOption,
    { flags: "--dry-run", about: "say what would be written, without a secret, and write nothing" },
  ],
  example:
    "WIFI_PASSWORD=… bear flash --toy toy.json --port /dev/ttyUSB0 --image espruino/ --erase --wifi Nursery",
  async run(run, options) {
    const order = await orderOf(run, options);
    if (options.dryRun) return tellManifest(run, order);
    const port = await portOf(options.port);
    const board = await writeAll(run, order, port, options.erase === true);
    const { device_id } = order.toy;
    run.terminal.answer({ device_id, port, espruino: board.version, version: order.firmware.version }, [
      `${device_id} is on the board at ${port}, and every file of it was read back.`,
      ...(order.wifi ? [] : ["It knows no Wi-Fi yet: flash it with --wifi, or tell it with bear wifi."]),
      order.firmware.profile === "production"
        ? "It says nothing from now on: its light blinks until it has found its server, and goes out then."
        : `Next: bear monitor --port ${port}`,
    ]);
  },
});

/** What is heavy is loaded when it is needed: compilers, drivers and the chip's loader slow the start of every command. */
async function orderOf({ env }: Run, options: Options): Promise<Order> {
  const toy = readToyFile(options.toy);
  const password = env.WIFI_PASSWORD;
  if (options.wifi !== undefined && password === undefined)
    throw new Fault(
      "WIFI_PASSWORD is not set: put the network's password there; empty where it has none",
      EXIT.USAGE,
    );
  const servers = readServers(options.server, toy.url);
  if (options.profile === "production") refusePlaintext(servers, options.plaintextBehindFrames === true);
  const { chooseFirmware } = await import("../flash/firmware.ts");
  return {
    toy,
    servers,
    ...(options.wifi !== undefined && { wifi: { ssid: options.wifi, password: password! } }),
    images: options.image === undefined ? [] : readImages(options.image),
    firmware: await chooseFirmware(options),
  };
}

function tellManifest({ terminal }: Run, order: Order): void {
  const manifest = manifestOf(order);
  terminal.answer(manifest, JSON.stringify(manifest, undefined, 2));
}

async function writeAll({ terminal }: Run, order: Order, port: string, erase: boolean): Promise<Board> {
  const { openLine } = await import("../flash/line.ts");
  const { flashToy } = await import("../flash/flash.ts");
  const line = await openLine(port);
  let board: Board | undefined;
  const image: Step = {
    title: "Espruino into the chip's flash",
    async run(tell) {
      const { writeImages } = await import("../flash/chip.ts");
      const { startBoard } = await import("../flash/reset.ts");
      const told = (doing: string, part: number): void => tell(`${doing} ${progressBar(part)}`);
      await writeImages(line, order.images, { erase, told });
      await startBoard(line);
    },
  };
  const files: Step = {
    title: `${order.toy.device_id} into the toy's flash`,
    async run(tell) {
      const told = (name: string, done: number, total: number): void =>
        tell(`${name} ${progressBar(done / total)}`);
      const load = { deviceId: order.toy.device_id, files: filesOf(order), records: recordsOf(order) };
      board = await flashToy(line, load, { erase, told });
    },
  };
  try {
    await terminal.steps(order.images.length > 0 ? [image, files] : [files]);
    return board!;
  } finally {
    await line.close();
  }
}
