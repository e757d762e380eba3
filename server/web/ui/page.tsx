/** The head of a page: its one title, which gets the focus when the page is come to, and the way back. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { useWords } from "./use.ts";

let firstPage = true;

/** Names the page for the browser's tab, and for ears. */
export function useTitle(title: string): { current: HTMLHeadingElement | null } {
  const words = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${words.app}`;
  }, [title, words]);
  useEffect(() => {
    // the first page is read from its top anyway
    if (!firstPage && !document.querySelector("dialog[open]"))
      heading.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return heading;
}

export function Page({
  title,
  lead,
  back,
  broad,
  children,
  aside,
}: {
  title: string;
  lead?: ComponentChildren;
  back?: string;
  broad?: boolean;
  children: ComponentChildren;
  aside?: ComponentChildren;
}): JSX.Element {
  const words = useWords();
  const heading = useTitle(title);
  return (
    <div class={`page${broad ? " broad" : ""}`}>
      <div class="page-head">
        {back && (
          <a class="icon-button back" href={back} aria-label={words.nav.back}>
            <Icon name="back" />
          </a>
        )}
        <div class="grow">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {aside}
      </div>
      {children}
    </div>
  );
}

/** A page of a screen part that has its own heading below the page's. */
export function Section({
  title,
  children,
  aside,
}: {
  title: string;
  children: ComponentChildren;
  aside?: ComponentChildren;
}): JSX.Element {
  return (
    <section class="stack">
      <div class="row apart">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
