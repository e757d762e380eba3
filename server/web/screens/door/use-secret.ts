/** The secret of a mail's link: taken from the address, also where its page is open already, and gone from it. */
import { useEffect, useState } from "preact/hooks";
import { address, forgetHash } from "../../router/place.ts";
import { useStore } from "../../ui/use.ts";

export function useSecret(): string | undefined {
  const found = /^[0-9a-f]{64}$/.exec(useStore(address).hash)?.[0];
  const [secret, keep] = useState(found);
  useEffect(() => {
    if (found === undefined) return;
    keep(found);
    forgetHash();
  }, [found]);
  return found ?? secret;
}
