/** Consent's table: what nobody asked for is never granted, and a no is undone by asking anew alone. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { nextConsent } from "../../../../server/family/consent/states.ts";
import type { ConsentEvent, ConsentState } from "../../../../server/ports.ts";

const events = fc.array(fc.constantFrom<ConsentEvent>("asked", "proven", "revoked"), { maxLength: 30 });

function walk(through: readonly ConsentEvent[]): ConsentState {
  return through.reduce<ConsentState>((state, event) => nextConsent(state, event) ?? state, "none");
}

test("it is granted only where a proof followed an asking, with no revocation since that asking", () => {
  fc.assert(
    fc.property(events, (through) => {
      const since = through.slice(through.lastIndexOf("revoked") + 1);
      const asked = since.indexOf("asked");
      const granted = asked >= 0 && since.indexOf("proven", asked) > asked;
      expect(walk(through) === "granted").toBe(granted);
    }),
  );
});

test("a revocation that meets anything asked or granted is its end", () => {
  fc.assert(
    fc.property(events, (through) => {
      const after = walk([...through, "revoked"]);
      expect(after).toBe(walk(through) === "none" ? "none" : "revoked");
    }),
  );
});
