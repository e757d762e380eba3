/** The secret of a mail's link: taken from the address once, and gone from it. */
import { useEffect, useState } from "preact/hooks";
import { address, forgetHash } from "../../router/place.ts";

export function useSecret(): string | undefined {
  const [secret] = useState(() => /^[0-9a-f]{64}$/.exec(address.get().hash)?.[0]);
  useEffect(() => {
    if (secret !== undefined) forgetHash();
  }, [secret]);
  return secret;
}
