/** A toy's Wi-Fi over its serial line, under the seal of its pairing code. PROTOCOL.md §12 */
import { randomBytes } from "node:crypto";
import { nodeHash } from "@bearlink/sdk/node";
import { SETUP_NONCE_BYTES, tellWifi } from "@bearlink/sdk/provisioning";
import type { Wifi } from "@bearlink/sdk/provisioning";
import { Fault } from "../fault.ts";
import type { ToyFile } from "../toy-file.ts";
import type { SerialLine } from "./line.ts";

/** ms in all: a toy may be starting, and takes a while to join */
const TELL_MS = 90_000;

const WHY: Record<string, string> = {
  wrong_toy: "another toy is at this port: take its own file",
  decryption_failed:
    "the toy does not know this pairing code: its file is another's, or it was flashed without one",
  replayed: "the toy has heard this before: start it again, and try once more",
  malformed: "the toy did not understand: its firmware may be older than this",
  closed: "the toy listens no more: start it again, and try once more",
  failed: "the toy could not join: check the network's name and password",
};

/** Resolves once the toy has joined, or keeps it to join at its next start. Throws a Fault. */
export async function tellWifiOver(
  line: SerialLine,
  toy: ToyFile,
  wifi: Wifi,
  { tell = () => {}, ms = TELL_MS }: { tell?: (doing: string) => void; ms?: number } = {},
): Promise<void> {
  const limit = AbortSignal.any([line.gone, AbortSignal.timeout(ms)]);
  let end = (): void => undefined;
  let hasAnswered = false;
  try {
    await new Promise<void>((resolve, reject) => {
      limit.onabort = () =>
        reject(line.gone.aborted ? line.gone.reason : new Fault(hasAnswered ? CUT_SHORT : SILENT));
      const teller = tellWifi(
        {
          hash: nodeHash,
          after(after, callback) {
            const timer = setTimeout(callback, after);
            return () => clearTimeout(timer);
          },
          nonce: () => new Uint8Array(randomBytes(SETUP_NONCE_BYTES)),
          // a port that is gone says so by itself
          send: (text) => void line.write(Buffer.from(`${text}\n`)).catch(() => undefined),
          told(what) {
            hasAnswered = true;
            if (what === "joined") resolve();
            else if (what === "joining") tell("joining …");
            else reject(new Fault(WHY[what]!));
          },
        },
        { deviceId: toy.device_id, pairingCode: toy.pairing_code },
        wifi,
      );
      const stop = line.listen((bytes) => teller.hear(Buffer.from(bytes).toString("latin1")));
      end = () => {
        stop();
        teller.close();
      };
    });
  } finally {
    end();
    limit.onabort = null;
  }
}

const SILENT =
  "the toy does not listen for a Wi-Fi: it does for ten minutes after its start, while it knows none, and after a press of five seconds";

const CUT_SHORT =
  "the toy began to join and said no more: it may have been started anew; look with bear monitor, or tell it once more";
