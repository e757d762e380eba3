/** The card of a door: the bear on top, a title, and a form. */
import type { ComponentChildren, JSX } from "preact";
import { Bear } from "../../ui/bear.tsx";
import type { Mood } from "../../ui/bear.tsx";
import { useTitle } from "../../ui/page.tsx";

export function DoorCard({
  title,
  lead,
  mood,
  children,
}: {
  title: string;
  lead?: string;
  mood?: Mood;
  children: ComponentChildren;
}): JSX.Element {
  const heading = useTitle(title);
  return (
    <div>
      <div class="door-bear">
        <Bear size={104} mood={mood} />
      </div>
      <div class="card stack" style={{ padding: "28px 24px" }}>
        <div class="stack tight">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p class="soft">{lead}</p>}
        </div>
        {children}
      </div>
    </div>
  );
}
