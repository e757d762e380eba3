/** A network that can be cut and mended: bytes go through it to a cell, or nobody answers at all. */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export interface Line {
  /** the cell's, through this line */
  url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function layLine(cellUrl: string): Promise<Line> {
  const far = new URL(cellUrl);
  const near = new URL(cellUrl);
  const ends = new Set<Socket>();
  let server: Server | undefined;

  function carry(from: Socket): void {
    const to = connect(Number(far.port), "127.0.0.1");
    for (const [end, other] of [
      [from, to],
      [to, from],
    ] as const) {
      ends.add(end);
      end.on("error", () => other.destroy());
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
  const open = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server = createServer(carry);
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });

  await open(0);
  const { port } = server!.address() as AddressInfo;
  near.port = String(port);
  return {
    url: near.origin,
    async cut() {
      const closed = new Promise((resolve) => server?.close(resolve));
      server = undefined;
      for (const end of ends) end.destroy();
      await closed;
    },
    mend: () => open(port),
  };
}
