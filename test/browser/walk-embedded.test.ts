/** The whole walk with Node alone: PGlite, and all else in the cell's own process. Axe looks at each place. */
import { test } from "vitest";
import { embedded, walk } from "./walk.ts";

test("on the embedded defaults a family comes, talks, and leaves nothing", () =>
  walk({ name: "embedded", open: embedded, looks: true }));
