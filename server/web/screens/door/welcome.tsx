/** The first page a stranger sees: what this is, and the two ways in. */
import type { JSX } from "preact";
import { pages } from "../../router/pages.ts";
import { Bear } from "../../ui/bear.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { useTitle } from "../../ui/page.tsx";
import { LinkButton } from "../../ui/parts.tsx";
import { useWords } from "../../ui/use.ts";

const POINT_ICONS: readonly IconName[] = ["paw", "talks", "privacy"];

export function Welcome(): JSX.Element {
  const { welcome } = useWords();
  const heading = useTitle(welcome.title);
  return (
    <div class="welcome">
      <div class="welcome-hero">
        <div class="bear-place">
          <Bear size={190} />
        </div>
        <div class="welcome-words">
          <h1 ref={heading} tabIndex={-1}>
            {welcome.title}
          </h1>
          <p class="lead">{welcome.text}</p>
          <div class="welcome-actions">
            <LinkButton href={pages.signUp}>{welcome.signUp}</LinkButton>
            <LinkButton href={pages.signIn} kind="quiet">
              {welcome.signIn}
            </LinkButton>
          </div>
        </div>
      </div>
      <ul class="welcome-points">
        {welcome.points.map(({ title, text }, at) => (
          <li key={title} class="card row" style={{ alignItems: "flex-start" }}>
            <Icon name={POINT_ICONS[at]!} />
            <div>
              <h2>{title}</h2>
              <p class="soft">{text}</p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
