/** An alert that has just come: said politely, wherever the parent is, and shown until they look or wave it away. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { pages } from "../router/pages.ts";
import { followed } from "../services.ts";
import { Icon } from "./icons.tsx";
import { useStore, useWords } from "./use.ts";

export function AlertCall({ quiet }: { quiet: boolean }): JSX.Element {
  const { alertsPage, common } = useWords();
  const [newest] = useStore(followed).alerts;
  const [waved, wave] = useState(newest?.id);
  const shown = newest && newest.id !== waved && !newest.read ? newest : undefined;
  const kinds: Record<string, { title: string }> = alertsPage.kinds;
  const { title } = (shown && kinds[shown.kind]) ?? alertsPage.kinds.other;
  return (
    <div role="status">
      {shown && (
        <div class={quiet ? "unseen" : "line-state"}>
          <Icon name="alerts" size={18} />
          <span>{alertsPage.came(title)}</span>
          {!quiet && (
            <>
              <a href={pages.alerts} onClick={() => wave(shown.id)}>
                {alertsPage.look}
              </a>
              <button
                type="button"
                class="icon-button"
                aria-label={common.close}
                onClick={() => wave(shown.id)}
              >
                <Icon name="close" size={18} />
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
