/** The least cell that can stand opposite a second bear: one toy, one connection, and a script of frames to answer with. */
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { packet, packetReader, publishPacket } from "./mqtt.ts";
import * as wire from "./wire.ts";

type Up = wire.Frame & { json(): Record<string, unknown> };
export type Say = (type: number, fields?: Partial<wire.Frame> & { json?: unknown }) => void;

interface Asked {
  device_nonce: string;
  boot: number;
  seq: number;
  firmware_version: string;
  suite: string;
  hmac_hex?: string;
}

const NONCE = Buffer.alloc(32, 7);
const SESSION = Buffer.alloc(8, 9);

/** `floor`: claims from a boot not above it are stale. `hear` answers each frame that came up and held. */
export async function leastCell(
  toy: { deviceId: string; deviceSecret: Uint8Array },
  hear: (up: Up, say: Say) => void,
  floor = 0,
) {
  const auth = wire.authKey(wire.firstPrk(toy.deviceSecret), toy.deviceId);
  const up = `bear/${toy.deviceId}/up`;
  const down = `bear/${toy.deviceId}/down`;
  let attempt: wire.Attempt;
  const sockets = new Set<Socket>();

  const tcp = createTcpServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()));
    let keys: ReturnType<typeof wire.frameKeys>;
    let sent = 0;
    let accepted = 0;
    const say: Say = (type, { json, ...fields } = {}) => {
      const payload = json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json));
      const frame = { type, codec: 0, flags: 0, counter: ++sent, turn: 0, sample: 0, payload, ...fields };
      socket.write(publishPacket(down, wire.seal(frame, keys.down)));
    };
    const read = packetReader((first, body) => {
      if (first === 0x10) {
        const fields = wire.unlp(Buffer.concat([wire.u8(3), body.subarray(10)]))?.map(String) ?? [];
        const n = Number(fields[1]?.split(":")[2]);
        const secret = wire.sessionSecret(auth, attempt);
        keys = wire.frameKeys(secret, toy.deviceId, SESSION, n);
        const right = wire.connectPassword(
          wire.mqttKey(secret, toy.deviceId, SESSION),
          toy.deviceId,
          SESSION,
          n,
        );
        socket.write(packet(0x20, Buffer.from([0, fields[2] === right ? 0 : 4])));
      } else if (first === 0x82) {
        socket.write(packet(0x90, Buffer.from([0, 1, 0])));
      } else if (first === 0x30) {
        const frame = wire.open(body.subarray(2 + up.length), keys.up, accepted);
        if (typeof frame === "string") throw new Error(frame);
        accepted = frame.counter;
        hear(
          {
            ...frame,
            json: () => JSON.parse(Buffer.from(frame.payload).toString()) as Record<string, unknown>,
          },
          say,
        );
      }
    });
    socket.on("data", read);
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));

  const answer = (path: string, asked: Asked): [number, unknown] => {
    if (path.endsWith("/challenge")) {
      return [200, { session_id: wire.hex(SESSION), nonce: wire.hex(NONCE), server_time: 1, expires_in: 60 }];
    }
    attempt = {
      deviceId: toy.deviceId,
      boot: asked.boot,
      seq: asked.seq,
      deviceNonce: wire.unhex(asked.device_nonce, 16),
      nonce: NONCE,
      sessionId: SESSION,
      firmwareVersion: asked.firmware_version,
      suite: asked.suite,
    };
    if (asked.hmac_hex !== wire.hex(wire.deviceProof(auth, attempt)))
      return [401, { error: { code: "CLAIM_REFUSED" } }];
    if (attempt.boot <= floor) {
      const details = { floor, proof_hex: wire.hex(wire.staleProof(auth, attempt, floor)) };
      return [409, { error: { code: "CLAIM_STALE", message: "", details } }];
    }
    const mqtt = { host: "127.0.0.1", port: (tcp.address() as AddressInfo).port, tls: false, up, down };
    const opened = { state: "paired", server_time: 1_795_212_000_000, expires_in: 3600, mqtt };
    return [200, { ...opened, proof_hex: wire.hex(wire.serverProof(auth, attempt, opened)) }];
  };
  const http = createHttpServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const [status, body] = answer(request.url ?? "", JSON.parse(Buffer.concat(parts).toString()) as Asked);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([tcp, http].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
