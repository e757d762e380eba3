/** One matter of the account, on a card of its own. */
import type { ComponentChildren, JSX } from "preact";

export function Matter({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="card stack">
      <div class="stack tight">
        <h2>{title}</h2>
        {lead && <p class="soft small">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
