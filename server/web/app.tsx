/** The app: which screen is at this address, for whoever is there. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { waitMs } from "./api/live.ts";
import { Refused } from "./api/refused.ts";
import { after } from "./platform/browser.ts";
import { openPages, pages, placeOf } from "./router/pages.ts";
import type { PageName, Params } from "./router/pages.ts";
import { address, go, goTo } from "./router/place.ts";
import { online, session } from "./services.ts";
import { Bear } from "./ui/bear.tsx";
import { Button, LinkButton, Loading } from "./ui/parts.tsx";
import { Page } from "./ui/page.tsx";
import { DoorFrame, SignedInFrame } from "./ui/shell.tsx";
import { sayRefused, useStore, useWords } from "./ui/use.ts";
import { Invite } from "./screens/door/invite.tsx";
import { Reset } from "./screens/door/reset.tsx";
import { SignIn } from "./screens/door/sign-in.tsx";
import { SignUp } from "./screens/door/sign-up.tsx";
import { Verify } from "./screens/door/verify.tsx";
import { Welcome } from "./screens/door/welcome.tsx";

/** What a screen is handed: the parameters of its path. */
export type Screen = ComponentType<{ params: Params }>;

const doors: Partial<Record<PageName, ComponentType>> = {
  welcome: Welcome,
  signIn: SignIn,
  signUp: SignUp,
  verify: Verify,
  reset: Reset,
  invite: Invite,
};

/** Each screen is fetched when somebody goes there; those in one file come together. */
const screens: Partial<Record<PageName, () => Promise<Screen>>> = {
  home: async () => (await import("./screens/home.tsx")).Home,
  consent: async () => (await import("./screens/consent.tsx")).ConsentScreen,
  pair: async () => (await import("./screens/pair/pair.tsx")).Pair,
  accept: async () => (await import("./screens/pair/accept.tsx")).Accept,
  child: async () => (await import("./screens/child.tsx")).ChildScreen,
  limits: async () => (await import("./screens/limits.tsx")).LimitsScreen,
  report: async () => (await import("./screens/report.tsx")).ReportScreen,
  toy: async () => (await import("./screens/toy.tsx")).ToyScreen,
  talks: async () => (await import("./screens/talks.tsx")).Talks,
  live: async () => (await import("./screens/live.tsx")).LiveScreen,
  talk: async () => (await import("./screens/talk.tsx")).Talk,
  alerts: async () => (await import("./screens/alerts.tsx")).Alerts,
  privacy: async () => (await import("./screens/privacy.tsx")).Privacy,
  account: async () => (await import("./screens/account/account.tsx")).AccountScreen,
  newChild: async () => (await import("./screens/new-child.tsx")).NewChild,
};
const fetched = new Map<PageName, Screen>();

function useScreen(page: PageName): { screen: Screen | undefined; fault: unknown; again: () => void } {
  const [state, set] = useState<{ page: PageName; screen?: Screen; fault?: unknown; tries: number }>({
    page,
    tries: 0,
  });
  const { tries } = state;
  useEffect(() => {
    if (fetched.has(page)) return;
    let wanted = true;
    screens[page]?.().then(
      (screen) => {
        fetched.set(page, screen);
        if (wanted) set({ page, screen, tries });
      },
      (fault: unknown) => wanted && set({ page, fault, tries }),
    );
    return () => void (wanted = false);
  }, [page, tries]);
  const screen = fetched.get(page);
  const fault = state.page === page ? state.fault : undefined;
  return { screen, fault, again: () => set({ page, tries: tries + 1 }) };
}

function NotThere(): JSX.Element {
  const words = useWords();
  return (
    <Page title={words.common.notFound} lead={words.common.notFoundText}>
      <div class="empty">
        <Bear mood="offline" size={120} />
        <LinkButton href={pages.home}>{words.common.toHome}</LinkButton>
      </div>
    </Page>
  );
}

function Inside({ page, params }: { page: PageName; params: Params }): JSX.Element {
  const words = useWords();
  const { screen: Screen, fault, again } = useScreen(page);
  if (!screens[page]) return <NotThere />;
  if (Screen) return <Screen key={JSON.stringify(params)} params={params} />;
  if (fault === undefined) return <Loading />;
  return (
    <div class="empty">
      <p>{sayRefused(words, fault)}</p>
      <Button onClick={again}>{words.common.again}</Button>
    </div>
  );
}

/** Where somebody wanted to go before they were asked to sign in. */
let wanted: string | undefined;

export function takeWanted(): string {
  const path = wanted ?? pages.home;
  wanted = undefined;
  return path;
}

/** Those who are signed in have no business at the door, and the others none inside. */
function useDoor(page: PageName | undefined): "door" | "inside" | "waiting" {
  const state = useStore(session.state);
  const { path, hash } = useStore(address);
  const isOpen = page !== undefined && openPages.has(page);
  const keepsSession = page === "verify" || page === "reset" || page === "invite";
  const turnBack = state.kind === "in" && isOpen && !keepsSession;
  const turnAway = state.kind === "out" && !isOpen;
  useEffect(() => {
    if (turnBack) goTo(takeWanted(), true);
    if (!turnAway) return;
    if (page !== "home") wanted = path + (hash && `#${hash}`);
    const known = state.kind === "out" && state.expired;
    go(page === "home" && !known ? "welcome" : "signIn", {}, { replace: true });
  }, [turnBack, turnAway]);
  if (turnBack || turnAway) return "waiting";
  if (isOpen) return "door";
  return state.kind === "in" ? "inside" : "waiting";
}

export function App(): JSX.Element {
  const { path } = useStore(address);
  const place = placeOf(path);
  const side = useDoor(place?.page);
  if (side === "waiting") return <Waiting />;
  if (side === "door") {
    const Door = doors[place!.page]!;
    return (
      <DoorFrame>
        <Door key={place!.page} />
      </DoorFrame>
    );
  }
  return (
    <SignedInFrame page={place?.page ?? "home"}>
      {place ? <Inside page={place.page} params={place.params} /> : <NotThere />}
    </SignedInFrame>
  );
}

/** Who it is is being asked: again and again while nobody answers, and at once where the network is back. */
function Waiting(): JSX.Element {
  const words = useWords();
  const [fault, setFault] = useState<unknown>(undefined);
  const tries = useRef(0);
  const ask = (): void => void session.wake().catch((error: unknown) => setFault(error));
  useEffect(ask, []);
  useEffect(() => {
    if (fault === undefined) return;
    const leastMs =
      (fault instanceof Refused && fault.retryAfterS !== undefined ? fault.retryAfterS : 0) * 1000;
    const endWait = after(Math.max(leastMs, waitMs(tries.current++, Math.random())), ask);
    const endFollow = online.follow(ask);
    return () => {
      endWait();
      endFollow();
    };
  }, [fault]);
  return (
    <main class="empty" style={{ minHeight: "100dvh", justifyContent: "center" }}>
      <Bear mood={fault ? "offline" : "thinking"} size={120} />
      {fault ? (
        <>
          <div role="alert">
            <h1>{words.line.away}</h1>
            <p>{sayRefused(words, fault)}</p>
          </div>
          <p class="soft">{words.line.goesOn}</p>
          <Button onClick={ask}>{words.common.again}</Button>
        </>
      ) : (
        <p class="unseen" role="status">
          {words.common.loading}
        </p>
      )}
    </main>
  );
}
