/** What is shown where an answer is not there: that it is on its way, that this server has no such route, or what went wrong. */
import type { JSX } from "preact";
import { Refused } from "../api/refused.ts";
import { Button, Loading, Note } from "./parts.tsx";
import { sayRefused, useWords } from "./use.ts";

/** `list`: of a route that answers every family, so that none is none of this server's. */
export function Away({
  fault,
  again,
  list,
}: {
  fault: unknown;
  again: () => Promise<void>;
  list?: boolean;
}): JSX.Element {
  const words = useWords();
  if (fault === undefined) return <Loading />;
  if (list && fault instanceof Refused && fault.status === 404) return <Note>{words.common.notOffered}</Note>;
  return (
    <div class="stack">
      <Note kind="bad">{sayRefused(words, fault)}</Note>
      <div>
        <Button kind="quiet" onClick={() => void again()}>
          {words.common.again}
        </Button>
      </div>
    </div>
  );
}
