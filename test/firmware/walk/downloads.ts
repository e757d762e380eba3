/** A server of the loopback that a toy downloads from, and the COMMAND `update` that names what lies there. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  version: string;
  url: string;
  size: number;
  sha256: string;
}

export interface Downloads {
  /** What a COMMAND says of this bundle; `send` answers in the place of all of it. */
  of(version: string, bundle: string, send?: (response: ServerResponse) => void): Asked;
  /** how often anything was fetched */
  fetched(): number;
  close(): void;
}

export async function serveDownloads(): Promise<Downloads> {
  const sends = new Map<string, (response: ServerResponse) => void>();
  let fetched = 0;
  const server = createServer((request, response) => {
    fetched++;
    sends.get(request.url!)!(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    of(version, bundle, send = (response) => void response.end(bundle)) {
      const path = `/${sends.size}.js`;
      sends.set(path, send);
      const sha256 = createHash("sha256").update(bundle, "latin1").digest("hex");
      return { version, url: `http://127.0.0.1:${port}${path}`, size: bundle.length, sha256 };
    },
    fetched: () => fetched,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
