/** Three echoes of the same frames, in a process of its own: raw TCP, the broker, and the broker with frame protection. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fromHex, linkKeys, openFrame, sealFrame, SESSION_ID_BYTES } from "@bearlink/sdk/protocol";
import type { LinkKeys } from "@bearlink/sdk/protocol";
import { createBroker } from "../../broker/broker.ts";
import type { Link } from "../../broker/broker.ts";
import { systemClock } from "../../server/adapters/clock.ts";
import { systemHash } from "../../server/adapters/hash.ts";
import { ECHO_KEY } from "./echo-client.ts";
import { answerParent } from "./worker.ts";

export type EchoKind = "raw" | "broker" | "protected";

answerParent({
  listen: (kind: EchoKind): Promise<number> =>
    kind === "raw" ? listenRaw() : listenBroker(kind === "protected"),
});

async function listenRaw(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function listenBroker(isProtected: boolean): Promise<number> {
  const lines = new Map<string, { keys: LinkKeys; received: number; sent: number }>();
  const broker = await createBroker({
    clock: systemClock,
    events: {
      admit: ({ deviceId }) =>
        Promise.resolve({ verdict: "accepted", up: `bear/${deviceId}/up`, down: `bear/${deviceId}/down` }),
      opened: (link) => void lines.set(link.deviceId, { keys: keysOf(link), received: 0, sent: 0 }),
      frame: isProtected ? echoProtected : (link, bytes) => void link.send(bytes),
      closed: (link) => void lines.delete(link.deviceId),
    },
  });

  function echoProtected(link: Link, bytes: Uint8Array): void {
    const line = lines.get(link.deviceId)!;
    const frame = openFrame(systemHash, line.keys.up, bytes, line.received);
    if (typeof frame === "string") throw new Error(`a frame was dropped: ${frame}`);
    line.received = frame.counter;
    link.send(sealFrame(systemHash, line.keys.down, { ...frame, counter: ++line.sent }));
  }
  return (await broker.listen(0, "127.0.0.1")).port;
}

function keysOf({ deviceId, sessionId, n }: Link): LinkKeys {
  return linkKeys(systemHash, ECHO_KEY, deviceId, fromHex(sessionId, SESSION_ID_BYTES)!, n);
}
