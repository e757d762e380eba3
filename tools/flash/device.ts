/** A serial line in the form that esptool-js's Transport takes: a port of the browser's Web Serial. */
import { Transport } from "esptool-js";
import type { SerialLine } from "./line.ts";

interface Signals {
  dataTerminalReady?: boolean;
  requestToSend?: boolean;
}

/** Opening and closing it is done by name only: a port that closes may start the board again. */
function webSerialOf(line: SerialLine): object {
  const wires = { dtr: false, rts: false };
  let readable: ReadableStream<Uint8Array> | undefined;
  let writable: WritableStream<Uint8Array> | undefined;

  function heard(): ReadableStream<Uint8Array> {
    let stop = (): void => undefined;
    return new ReadableStream<Uint8Array>({
      start(out) {
        const stopListening = line.listen((bytes) => out.enqueue(new Uint8Array(bytes)));
        const lost = (): void => out.error(line.gone.reason);
        line.gone.addEventListener("abort", lost, { once: true });
        stop = () => {
          stopListening();
          line.gone.removeEventListener("abort", lost);
        };
      },
      cancel: () => stop(),
    });
  }

  return {
    get readable() {
      return readable;
    },
    get writable() {
      return writable;
    },
    async open({ baudRate }: { baudRate: number }) {
      await line.setBaud(baudRate);
      readable = heard();
      writable = new WritableStream({ write: (bytes: Uint8Array) => line.write(bytes) });
    },
    async close() {
      await readable?.cancel();
      readable = writable = undefined;
    },
    setBaudRate: (baud: number) => line.setBaud(baud),
    async setSignals({ dataTerminalReady, requestToSend }: Signals) {
      wires.dtr = dataTerminalReady ?? wires.dtr;
      wires.rts = requestToSend ?? wires.rts;
      await line.signals(wires);
    },
    getInfo: () => ({}),
  };
}

/** esptool-js tells some traces whether asked or not. */
class QuietTransport extends Transport {
  override trace(): void {}
}

export function transportOf(line: SerialLine): Transport {
  return new QuietTransport(webSerialOf(line) as never, false);
}
