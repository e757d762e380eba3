import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstState, next, STATES, TURN_STATES } from "@bearlink/sdk/toy";
import type { StateName, ToyEvent, ToyState } from "@bearlink/sdk/toy";

const NAMES = Object.keys(STATES) as StateName[];
const EVENTS: ToyEvent[] = [
  "started online offline claimed failed no_session subscribed lost login_refused retry press release hold reset",
  "reply heard done stopped refused paired unpaired mic_off mic_on update updated reboot sleep reconnect timeout",
]
  .join(" ")
  .split(" ") as ToyEvent[];

const anyEvents = fc.array(fc.constantFrom(...EVENTS), { maxLength: 120 });
const states = fc.record<ToyState>({
  name: fc.constantFrom(...NAMES),
  paired: fc.boolean(),
  micOff: fc.boolean(),
  errors: fc.nat(9),
  resume: fc.constantFrom("wifi", "claiming", "connecting"),
});

function run(events: ToyEvent[], from = firstState(false)): ToyState {
  return events.reduce((state, event) => next(state, event).state, from);
}

const READY: ToyEvent[] = ["started", "online", "no_session", "paired", "claimed", "subscribed"];

describe("the graph of a toy", () => {
  test("no sequence of events leaves it", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        expect(NAMES).toContain(run(events).name);
      }),
    );
  });

  test("every state has an end by time, and its timeout leads to another state or tries again", () => {
    for (const name of NAMES) expect(STATES[name].timeoutMs).toBeGreaterThan(0);
    fc.assert(
      fc.property(states, (state) => {
        const step = next(state, "timeout");
        expect(step.entered).toBe(true);
        expect(step.state.name !== state.name || step.effects.length > 0).toBe(true);
      }),
    );
  });

  test("timeouts alone bring a toy from any state to the network again", () => {
    fc.assert(
      fc.property(states, (state) => {
        const seen: string[] = [];
        let at = state;
        for (let i = 0; i < 6; i++) {
          const step = next(at, "timeout");
          seen.push(...step.effects);
          at = step.state;
        }
        expect(seen.some((effect) => effect === "join" || effect === "claim" || effect === "connect")).toBe(
          true,
        );
      }),
    );
  });

  test("the light says recording in exactly the states whose microphone is open", () => {
    for (const name of NAMES) expect(STATES[name].microphone).toBe(STATES[name].light === "recording");
  });

  test("an unpaired toy, or one whose microphone was switched off, never listens", () => {
    fc.assert(
      fc.property(states, fc.constantFrom(...EVENTS), (state, event) => {
        const after = next(state, event).state;
        const entered = after.name === "listening" && state.name !== "listening";
        if (entered) expect([after.paired, after.micOff]).toEqual([true, false]);
      }),
    );
    fc.assert(
      fc.property(anyEvents, (events) => {
        const after = run(events);
        if (after.name === "listening") expect([after.paired, after.micOff]).toEqual([true, false]);
      }),
    );
  });

  test("an event without a meaning changes nothing", () => {
    fc.assert(
      fc.property(states, fc.constantFrom(...EVENTS), (state, event) => {
        const step = next(state, event);
        if (!step.entered && step.effects.length === 0) expect(step.state.name).toBe(state.name);
      }),
    );
  });
});

describe("the walk of a toy", () => {
  test("ten seconds of the paw reset it, also where its first five have ended the pairing", () => {
    const unpaired: ToyEvent[] = ["started", "online", "no_session", "unpaired", "claimed", "subscribed"];
    const pairing = run([...unpaired, "press", "hold", "release"]);
    expect(pairing.name).toBe("pairing");
    for (const from of [run(unpaired), pairing]) {
      const step = next(run(["press", "hold"], from), "reset");
      expect([step.state.name, step.effects.at(-1)]).toEqual(["boot", "reset"]);
    }
  });

  test("it leads through wifi, claiming and connecting to ready", () => {
    expect(READY.map((_, i) => run(READY.slice(0, i + 1)).name)).toEqual([
      "wifi",
      "connecting",
      "claiming",
      "claiming",
      "connecting",
      "ready",
    ]);
  });

  test("a turn goes from listening over thinking and speaking back to ready", () => {
    const turn: ToyEvent[] = ["press", "release", "reply", "heard", "done"];
    expect(turn.map((_, i) => run([...READY, ...turn.slice(0, i + 1)]).name)).toEqual([
      "listening",
      "thinking",
      "speaking",
      "speaking",
      "ready",
    ]);
  });

  test("three failures in a row lead to recovery, and a SUBACK forgets them", () => {
    const failed = run(["started", "online", "no_session", "failed", "failed"]);
    expect([failed.name, failed.errors]).toEqual(["claiming", 2]);
    const third = next(failed, "failed");
    expect([third.state.name, third.effects]).toEqual(["recovery", ["hang_up", "back_off", "say_offline"]]);
    const again = run(["retry", "claimed", "subscribed"], third.state);
    expect([again.name, again.errors]).toEqual(["ready", 0]);
  });

  test("a lost line tries the same session again, a refused login claims anew", () => {
    const ready = run(READY);
    expect(next(ready, "lost").state.resume).toBe("connecting");
    expect(next(ready, "login_refused").state.resume).toBe("claiming");
  });

  test("a line that is lost in a turn ends the turn", () => {
    for (const name of TURN_STATES) {
      const step = next({ ...run(READY), name }, "lost");
      expect([step.state.name, step.effects]).toEqual(["connecting", ["hang_up", "back_off", "say_offline"]]);
    }
  });
});
