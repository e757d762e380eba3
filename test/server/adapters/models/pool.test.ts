import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { all, NEVER, openTestModels, startStandIn } from "../../../support/models.ts";
import type { StandIn, StandInOptions } from "../../../support/models.ts";

const HI = [{ role: "user" as const, content: "hi" }];
const QUIET = new Uint8Array(3_200);

let standIn: StandIn;
let models: ReturnType<typeof openTestModels>;

async function open(options: StandInOptions = {}): Promise<void> {
  standIn = await startStandIn(options);
  models = openTestModels(standIn.url);
}
afterEach(async () => {
  await models.close();
  await standIn.close();
});

/** A turn: transcribe, then check, and speak while the chat still streams. */
async function turn(): Promise<void> {
  const words = await models.speechToText.transcribe(QUIET, NEVER);
  await models.moderation.check(words, NEVER);
  for await (const word of models.chat.reply(HI, NEVER)) await all(models.textToSpeech.speak(word, NEVER));
}
function warm(): void {
  for (const port of [models.speechToText, models.chat, models.textToSpeech, models.moderation])
    port.warm?.();
}

describe("the connections to a service", () => {
  it("serve turn after turn", async () => {
    await open({ reply: "one two three" });
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(standIn.requests.length).toBe(5 * 6);
    expect(standIn.connections.total).toBe(2);
  });

  it("stay open when a reply is left at its end, as the conductor of a turn does", async () => {
    await open({ fault: () => ({ finish: "stop", restMs: 20 }) });
    for (let turns = 0; turns < 3; turns++) {
      const done = new AbortController();
      await all(models.chat.reply(HI, done.signal));
      done.abort();
      await expect.poll(() => standIn.requests.at(-1)!.times.left).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 20)); // its last bytes are on their way
    }
    expect(standIn.connections.total).toBe(1);
  });

  it("that a reply is left on before its end is closed", async () => {
    await open({ fault: () => ({ hang: "body", after: 2 }) });
    for await (const word of models.chat.reply(HI, NEVER)) {
      expect(word).not.toBe("");
      break;
    }
    await expect.poll(() => standIn.requests[0]!.times.left).toBe(true);
  });

  it("are opened by warming, and used by the requests that follow", async () => {
    await open({ delays: { transcribe: 20 } });
    warm();
    await expect.poll(() => standIn.connections.open).toBe(4); // one for each port
    expect(standIn.requests.length).toBe(0);
    await Promise.all([turn(), turn()]);
    expect(standIn.connections.total).toBe(4);
  });

  it("do not grow with each warming", async () => {
    await open();
    for (let turns = 0; turns < 5; turns++) {
      warm();
      await expect.poll(() => standIn.connections.open).toBeGreaterThanOrEqual(4);
      await turn();
    }
    // the end of an answer may still be on its way when the next turn warms
    expect(standIn.connections.total).toBeLessThanOrEqual(6);
  });

  it("are made anew where the service closed the warm one", async () => {
    await open();
    const sockets: Socket[] = [];
    const door = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(door, "listening");
    const { port } = door.address() as AddressInfo;
    const at = openTestModels(`http://127.0.0.1:${port}/v1`);
    at.chat.warm?.();
    await expect.poll(() => sockets.length).toBe(1);
    sockets[0]!.end();
    await expect.poll(() => sockets[0]!.destroyed).toBe(true);
    const asked = at.moderation.check("x", NEVER).catch((error: unknown) => error);
    await expect.poll(() => sockets.length).toBe(2);
    await at.close();
    expect(await asked).toMatchObject({ fault: "away" });
    door.close();
  });

  it("are not warmed where nobody listens, and nothing is thrown", async () => {
    await open();
    const at = openTestModels("http://127.0.0.1:1/v1");
    at.chat.warm?.();
    await at.close();
    at.chat.warm?.();
  });

  it("end with the server, warm or at work", async () => {
    await open({ fault: () => ({ hang: "headers" }) });
    warm();
    const asked = models.moderation.check("x", NEVER).catch((error: unknown) => error);
    await expect.poll(() => standIn.requests.length).toBe(1);
    await models.close();
    expect(await asked).toMatchObject({ fault: "away" });
    await expect.poll(() => standIn.connections.open).toBe(0);
  });

  it("carry fifty turns at once", async () => {
    await open({ delays: { transcribe: 5, firstToken: 5, token: 1, speech: 2 }, reply: "one two three." });
    await Promise.all(Array.from({ length: 50 }, turn));
    expect(models.results.every((result) => result.endsWith(" ok"))).toBe(true);
    expect(models.results.length).toBe(50 * 6);
  });
});
