/** A shipped toy says nothing in the open over a public network, unless whoever builds it says so by name. MISSION C41 */
import { expect, test } from "vitest";
import { refusePlaintext } from "../../../tools/flash/plaintext.ts";
import { bearHere, linesOf, newFolder } from "../../support/processes.ts";

test.each([
  "mqtt://bears.example.org",
  "http://bears.example.org:8000",
  "http://203.0.113.7",
  "http://172.32.0.1",
  "ws://[2001:db8::1]:8000/mqtt",
  "http://localhost.example.org",
])("%s is refused, and taken by name", (server) => {
  expect(() => refusePlaintext(["https://bears.example.org", server], false)).toThrow(
    /plaintext over a public network: .* --plaintext-behind-frames/,
  );
  expect(() => refusePlaintext([server], true)).not.toThrow();
});

test.each([
  "https://bears.example.org",
  "mqtts://bears.example.org",
  "http://192.168.1.20:8000",
  "http://10.0.0.2",
  "http://172.16.0.1",
  "http://127.0.0.1:1883",
  "mqtt://cell",
  "http://bears.local",
  "http://[fd00::1]:8000",
  "http://[::1]",
])("%s is nobody else's to hear", (server) => {
  expect(() => refusePlaintext([server], false)).not.toThrow();
});

test("what is no server is told, whatever else is said", () => {
  for (const server of ["bears.example.org", "ftp://bears.example.org", ""])
    expect(() => refusePlaintext([server], true)).toThrow(/is not a server's address/);
});

test("bear build-firmware ends with 1 and one line, before it builds", async () => {
  const folder = newFolder();
  const args = ["build-firmware", "--profile", "production", "--server", "mqtt://bears.example.org"];
  const { code, stdout, stderr } = await bearHere([...args, "--out", folder.file("dist")]);
  expect({ code, stdout, lines: linesOf(stderr) }).toEqual({
    code: 1,
    stdout: "",
    lines: [expect.stringMatching(/mqtt:\/\/bears.example.org is plaintext over a public network/)],
  });
  folder.remove();
});
