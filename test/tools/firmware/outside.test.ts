/** What a build may rename is read from the types of the toy's own rooms. */
import { expect, test } from "vitest";
import { readOutside } from "../../../tools/firmware/outside.ts";
import { shortenWords } from "../../../tools/firmware/words.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

test(
  "fields that cross the wire or lie in Storage are kept, and words that leave the toy are not shortened",
  { timeout: 60_000 },
  () => {
    const { fields, ownWords } = readOutside(ROOT, ["firmware/main.ts", "firmware/setup.ts"]);
    // a claim's, a turn's, a command's, telemetry's, a file's, an option of Espruino's
    for (const name of [
      ...["device_id", "boot", "seq", "suite", "state", "mqtt", "tls", "floor", "details"],
      ...["reason", "play", "buffer_ms", "kind", "id", "ok", "level", "sha256", "size", "heap"],
      ...["ssid", "password", "servers", "method", "headers", "mode"],
    ])
      expect(fields).toContain(name);
    // a reply's play buffer stays inside
    for (const name of ["underruns", "pieces", "micOff"]) expect(fields).not.toContain(name);

    for (const word of ["listening", "hang_up", "say_offline", "recording", "login_refused"])
      expect(ownWords).toContain(word);
    for (const word of [
      // states of a claim, clips, commands, EVENTs, reasons, labels of a MAC, records, and Espruino's own
      ...[
        "paired",
        "unpaired",
        "sorry",
        "thinking",
        "update",
        "reboot",
        "sleep",
        "reset",
        "pairing",
        "button",
      ],
      ...[
        "voice",
        "connect",
        "renew",
        "backoff",
        "boot",
        "done",
        "prk",
        "CTR",
        "connected",
        "data",
        "string",
      ],
    ])
      expect(ownWords).not.toContain(word);
  },
);

test("each own word becomes a letter, alike in every text and in the graph, and no other word changes", () => {
  const code =
    'go("hang_up"); if (is === "ready") go("ready", "paired"); graph(`ready paired hang_up ready`);';
  expect(shortenWords(code, new Set(["ready", "hang_up"]))).toBe(
    'go("b"); if (is === "a") go("a", "paired"); graph(`a paired b a`);',
  );
});
