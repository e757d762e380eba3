/** A picture for each word a bear says while it is paired. PROTOCOL.md §8.3 */
import { animals } from "./animals.ts";
import type { Shape } from "./brush.ts";
import { garden } from "./garden.ts";
import { things } from "./things.ts";
import { travels } from "./travels.ts";

export const pictures: Readonly<Record<string, readonly Shape[]>> = {
  ...animals,
  ...garden,
  ...things,
  ...travels,
};
