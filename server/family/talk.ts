/** Whose turn it is when a toy begins one, and how much that child may talk. MISSION C42 */
import type { Allowances, TalkBook } from "../ports.ts";
import { limitsOf, UNLIMITED } from "./age-limits.ts";
import { openChild } from "./child.ts";
import type { ChildPorts } from "./child.ts";

/** Reads the record each time: what a parent lowers holds from the next turn on. */
export function openTalkBook(ports: ChildPorts & { allowances: Pick<Allowances, "ofToy"> }): TalkBook {
  return {
    async of(deviceId, month) {
      const toy = await ports.allowances.ofToy(deviceId, month);
      if (!toy) return undefined;
      const record = await ports.children.find(toy.accountId, toy.childId);
      const child = record && (await openChild(ports, record));
      // the demo family's child was told of by nobody, and any number of toys are that child's
      if (!child) return { ...toy, tier: "enterprise", limits: UNLIMITED };
      return { ...toy, limits: limitsOf(child.age, child.limits) };
    },
  };
}
