import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { all, NEVER, openTestModels, startStandIn, toneFor, tokensOf } from "../support/models.ts";
import type { StandInRequest } from "../support/models.ts";

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe("the stand-in", () => {
  it("answers all four kinds as it is told to", async () => {
    const standIn = await startStandIn({
      transcript: "hello bear",
      reply: "Hello you. Bye.",
      flags: () => ["hate"],
    });
    const models = openTestModels(standIn.url);
    ends.push(standIn.close, models.close);
    expect(await models.speechToText.transcribe(new Uint8Array(64), NEVER)).toBe("hello bear");
    expect(await all(models.chat.reply([{ role: "user", content: "q" }], NEVER))).toEqual(
      tokensOf("Hello you. Bye."),
    );
    expect(Buffer.concat(await all(models.textToSpeech.speak("Hello.", NEVER)))).toEqual(toneFor("Hello."));
    expect(await models.moderation.check("x", NEVER)).toEqual(["hate"]);
    expect(standIn.requests.map(({ kind }) => kind)).toEqual(["transcribe", "chat", "speech", "moderation"]);
    expect(standIn.requests[1]!.json["messages"]).toEqual([{ role: "user", content: "q" }]);
  });

  it.each([1, 7])("may send its answers in pieces of %d bytes, with comments between", async (pieces) => {
    const standIn = await startStandIn({
      reply: "der Bär 🧸 lacht.",
      fault: () => ({ pieces, comments: true }),
    });
    const models = openTestModels(standIn.url);
    ends.push(standIn.close, models.close);
    expect((await all(models.chat.reply([], NEVER))).join("")).toBe("der Bär 🧸 lacht.");
    expect(Buffer.concat(await all(models.textToSpeech.speak("x", NEVER)))).toEqual(toneFor("x"));
  });

  it("runs as a process of its own, and tells what time each request took", async () => {
    const flags = [
      "--transcribe",
      "30",
      "--first-token",
      "40",
      "--token",
      "5",
      "--speech",
      "20",
      "--reply",
      "a b c",
    ];
    const child = spawn(process.execPath, ["--import", "tsx", "tools/stand-in.ts", ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    ends.push(async () => {
      child.kill();
      await once(child, "exit");
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const models = openTestModels(url);
    ends.push(models.close);
    await models.speechToText.transcribe(new Uint8Array(640), NEVER);
    await all(models.chat.reply([], NEVER));
    await all(models.textToSpeech.speak("Hello.", NEVER));

    const response = await fetch(new URL("/log", url));
    const log = (await response.json()) as StandInRequest["times"][];
    expect(log.map(({ kind, soundBytes }) => [kind, soundBytes])).toEqual([
      ["transcribe", 640],
      ["chat", 0],
      ["speech", 0],
    ]);
    // never early; how late is the machine's affair
    const least = [30, 40, 20];
    log.forEach(({ receivedAt, firstAt }, at) =>
      expect(firstAt! - receivedAt).toBeGreaterThanOrEqual(least[at]!),
    );
    const tokens = log[1]!.tokens!;
    expect(tokens.map(({ text }) => text).join("")).toBe("a b c");
    expect(tokens[2]!.at - log[1]!.receivedAt).toBeGreaterThanOrEqual(50);
  });
});
