import { describe, expect, it } from "vitest";
import { withoutPersonal } from "../../../server/safety/personal.ts";

describe("personal data", () => {
  it.each([
    ["my phone number is 555 123 4567", "my phone number is [phone]"],
    ["call +44 (0)20 7946 0958 please", "call [phone] please"],
    ["it is 020-7946-0958.", "it is [phone]."],
    ["five five five one two three four is mum", "[phone] is mum"],
    ["write to anna.b@mail.example.org now", "write to [email] now"],
    ["anna dot b at gmail dot com", "[email]"],
    ["look at https://example.org/a?b=c please", "look at [link] please"],
    ["go to www.example.org", "go to [link]"],
    ["see bear-fun.com/games", "see [link]"],
    ["try bit.ly/candy now", "try [link] now"],
    ["go to free candy dot com", "go to free [link]"],
    ["I live at 12 Old Mill Road", "I live at [address]"],
    ["I live at 221b Baker street in London", "I live at [address] in London"],
    ["we are in 5 Rose Court", "we are in [address]"],
  ])("%s becomes %s", (text, scrubbed) => {
    expect(withoutPersonal(text)).toBe(scrubbed);
  });

  it.each([
    "one two three four five six seven eight nine ten",
    "10 9 8 7 6 5 4 3 2 1",
    "1, 2, 3, 4, 5, 6, 7",
    "what comes after 1000000",
    "I have 3 cats on the street",
    "I am 7 and my brother is 12",
    "in 1969 they went to the moon",
    "1 time on the way home",
    "a polka dot dress and a red dot",
    "it was 3.5/5 and/or more",
  ])("stays as it is: %s", (text) => {
    expect(withoutPersonal(text)).toBe(text);
  });
});
