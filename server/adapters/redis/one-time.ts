/** Values that are taken once, by one of all the cells. */
import type { Redis } from "ioredis";
import type { OneTime } from "../../ports.ts";

export function redisOneTime(link: Redis): OneTime {
  const keyOf = (key: string): string => `bearlink:once:${key}`;
  return {
    async keep(key, value, ms) {
      await link.set(keyOf(key), value, "PX", ms);
    },
    async take(key) {
      return (await link.getdel(keyOf(key))) ?? undefined;
    },
  };
}
