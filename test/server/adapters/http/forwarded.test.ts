import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressBlocks, clientAddress } from "../../../../server/adapters/http/forwarded.ts";
import { crowdLimits } from "../../../../server/main/crowd.ts";

describe("address blocks", () => {
  const inside = addressBlocks(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]);
  it.each(["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8::9"])("hold %s", (address) =>
    expect(inside(address)).toBe(true),
  );
  it.each(["11.1.2.3", "192.0.2.8", "2001:db9::9", "", "unknown", "10.1.2"])("do not hold %j", (address) =>
    expect(inside(address)).toBe(false),
  );

  it("hold of any IPv4 block what Node's own list of it holds, its edges above all", () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(octets, fc.integer({ min: 1, max: 32 }), octets, fc.nat(33), (base, bits, far, flip) => {
        const list = new BlockList();
        list.addSubnet(base.join("."), bits, "ipv4");
        const holds = addressBlocks([`${base.join(".")}/${bits}`]);
        // one bit off, which may lie on either side of the edge, or anywhere
        const near = base.map((octet, at) => (flip >> 3 === at ? octet ^ (128 >> (flip & 7)) : octet));
        for (const address of [base, near, far].map((one) => one.join(".")))
          expect([address, holds(address)]).toEqual([address, list.check(address, "ipv4")]);
      }),
    );
  });
});

describe("the client's address", () => {
  const isTrusted = addressBlocks(["10.0.0.0/8"]);
  it.each<[string, string | undefined, string]>([
    ["198.51.100.1", "203.0.113.9", "198.51.100.1"], // a stranger says what it likes
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"],
    ["10.0.0.1", "10.0.0.3", "10.0.0.3"],
    ["10.0.0.1", "", "10.0.0.1"],
  ])("%s that forwards %j is %s", (peer, header, address) =>
    expect(clientAddress(peer, header, isTrusted)).toBe(address),
  );
});

it("a broker counts neither this machine nor a trusted proxy, and a household's IPv6 as one", () => {
  const { keyOf } = crowdLimits({ TRUSTED_PROXIES: ["10.0.0.0/8"] });
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.9.9.9"])
    expect(keyOf(address)).toBeUndefined();
  expect(keyOf("2001:db8::1")).toBe(keyOf("2001:db8::2"));
  expect(keyOf("203.0.113.9")).toBe("203.0.113.9");
});
