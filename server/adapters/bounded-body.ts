/** The whole body of an answer, where it has no more than so many bytes. */
import type { Dispatcher } from "undici";

/** Rejects with an error that names `service` alone where there is more, and where it breaks off. */
export async function boundedBody(
  { body }: Pick<Dispatcher.ResponseData, "body">,
  most: number,
  service: string,
): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > most) throw new Error(`${service} answers at too great a length`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
