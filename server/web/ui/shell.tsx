/** The frames: for those who are signed in, with the main menu; and the door, for those who are not. */
import type { ComponentChildren, JSX } from "preact";
import { live, online, unread } from "../services.ts";
import { pages } from "../router/pages.ts";
import type { PageName } from "../router/pages.ts";
import { chooseLanguage, languages, spoken } from "../words/words.ts";
import type { Language } from "../words/words.ts";
import { Bear } from "./bear.tsx";
import { AlertCall } from "./call.tsx";
import { FreshQuestion } from "./fresh.tsx";
import { Icon } from "./icons.tsx";
import type { IconName } from "./icons.tsx";
import { useStore, useWords } from "./use.ts";

type Entry = "home" | "talks" | "alerts" | "privacy" | "account";
const menu: readonly Entry[] = ["home", "talks", "alerts", "privacy", "account"];

/** The entry under which a page is. */
function entryOf(page: PageName): Entry {
  if (page === "talks" || page === "talk" || page === "live") return "talks";
  return (menu as readonly string[]).includes(page) ? (page as Entry) : "home";
}

function LineState(): JSX.Element {
  const words = useWords();
  const isOnline = useStore(online);
  const line = useStore(live.state);
  const text = !isOnline ? words.line.offline : line === "stale" ? words.line.stale : undefined;
  return (
    <div role="status">
      {text && (
        <div class="line-state">
          <Icon name="wifi" size={18} />
          {text}
        </div>
      )}
    </div>
  );
}

export function Skip(): JSX.Element {
  const words = useWords();
  return (
    <a
      class="button skip"
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById("content")?.focus();
      }}
    >
      {words.nav.skip}
    </a>
  );
}

export function SignedInFrame({
  page,
  children,
}: {
  page: PageName;
  children: ComponentChildren;
}): JSX.Element {
  const words = useWords();
  const count = useStore(unread);
  const here = entryOf(page);
  return (
    <div class="signed-in">
      <Skip />
      <nav class="nav" aria-label={words.nav.label}>
        <div class="mark">
          <Bear size={38} />
          {words.app}
        </div>
        <ul>
          {menu.map((entry) => (
            <li key={entry}>
              <a href={pages[entry]} aria-current={entry === here ? "page" : undefined}>
                <span class="pill">
                  <Icon name={entry as IconName} />
                  {entry === "alerts" && count > 0 && (
                    <span class="badge" aria-hidden="true">
                      {count > 99 ? "99+" : count}
                    </span>
                  )}
                </span>
                {words.nav[entry]}
                {entry === "alerts" && count > 0 && <span class="unseen">, {words.nav.unread(count)}</span>}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <LineState />
      <AlertCall quiet={page === "alerts"} />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <FreshQuestion />
    </div>
  );
}

function LanguageChoice(): JSX.Element {
  const words = useWords();
  const { language } = useStore(spoken);
  return (
    <select
      class="input small"
      style={{ width: "auto", minHeight: "44px", paddingBlock: "6px" }}
      aria-label={words.language}
      value={language}
      onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
    >
      {Object.entries(languages).map(([key, name]) => (
        <option key={key} value={key} lang={key}>
          {name}
        </option>
      ))}
    </select>
  );
}

export function DoorFrame({ children }: { children: ComponentChildren }): JSX.Element {
  const words = useWords();
  return (
    <div class="door">
      <Skip />
      <header class="door-head">
        <a href={pages.welcome}>
          <Bear size={38} />
          {words.app}
        </a>
        <LanguageChoice />
      </header>
      <main id="content" tabIndex={-1} class="door-body">
        {children}
      </main>
    </div>
  );
}
