/** Home: each bear as it is now, each child, and what is to be done next. */
import type { JSX } from "preact";
import type { Child, Consent, Toy } from "../api/types.ts";
import { pages, pathOf } from "../router/pages.ts";
import { followed } from "../services.ts";
import { Bear } from "../ui/bear.tsx";
import { Icon } from "../ui/icons.tsx";
import { Fault, LinkButton, Loading } from "../ui/parts.tsx";
import { Page, Section } from "../ui/page.tsx";
import { sayRefused, useAccount, useAnswer, useStore, useWords } from "../ui/use.ts";
import { ago } from "../words/words.ts";

export function Home(): JSX.Element {
  const words = useWords();
  const account = useAccount();
  const children = useAnswer<{ children: Child[] }>("/api/v1/children");
  const toys = useAnswer<{ toys: Toy[] }>("/api/v1/toys");
  const fault = children.fault ?? toys.fault;
  const kids = children.value?.children;
  const bears = toys.value?.toys;
  return (
    <Page title={words.home.title(account.name)} lead={words.home.lead} broad>
      <div class="stack wide">
        {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
        {!kids || !bears ? fault === undefined && <Loading /> : <Standing kids={kids} bears={bears} />}
      </div>
    </Page>
  );
}

function Standing({ kids, bears }: { kids: Child[]; bears: Toy[] }): JSX.Element {
  const words = useWords();
  if (kids.length === 0)
    return (
      <div class="card empty">
        <Bear size={120} />
        <h2>{words.home.noChildren}</h2>
        <p class="soft">{words.home.noChildrenText}</p>
        <LinkButton href={pages.newChild} icon="plus">
          {words.home.addChild}
        </LinkButton>
      </div>
    );
  return (
    <>
      <Section title={words.home.toys}>
        {bears.length === 0 ? (
          <div class="card empty">
            <Bear mood="offline" size={110} />
            <h3>{words.home.noToys}</h3>
            <p class="soft">{words.home.noToysText}</p>
            <LinkButton href={pages.pair} icon="paw">
              {words.home.pair}
            </LinkButton>
          </div>
        ) : (
          <div class="grid">
            {bears.map((toy) => (
              <ToyCard key={toy.device_id} toy={toy} child={kids.find(({ id }) => id === toy.child_id)} />
            ))}
          </div>
        )}
      </Section>
      <Section title={words.home.children}>
        <div class="grid">
          {kids.map((child) => (
            <ChildCard key={child.id} child={child} />
          ))}
        </div>
        <div class="row wrap">
          <LinkButton href={pages.newChild} kind="quiet" icon="plus">
            {words.home.addChild}
          </LinkButton>
          {bears.length > 0 && (
            <LinkButton href={pages.pair} kind="quiet" icon="paw">
              {words.home.pair}
            </LinkButton>
          )}
        </div>
      </Section>
    </>
  );
}

function ToyCard({ toy, child }: { toy: Toy; child: Child | undefined }): JSX.Element {
  const words = useWords();
  const known = { ...toy, ...useStore(followed).toys[toy.device_id] };
  const activity = known.activity ?? "offline";
  return (
    <a class="card link" href={pathOf("toy", { device_id: toy.device_id })}>
      <span class="row">
        <Bear mood={activity} size={84} />
        <span class="grow stack tight">
          <span class="strong">{toy.name ?? child?.nickname ?? toy.device_id}</span>
          <span class="row" style={{ gap: "8px" }}>
            <span class={`dot ${activity === "offline" ? "" : "good"}`} />
            {words.activity[activity]}
          </span>
          {(known.battery_percent || known.volume || toy.microphone_off) && (
            <span class="row wrap small soft" style={{ gap: "2px 14px" }}>
              {known.battery_percent && (
                <span class="row" style={{ gap: "5px" }}>
                  <Icon name="battery" size={18} /> {words.home.battery(known.battery_percent)}
                </span>
              )}
              {known.volume && (
                <span class="row" style={{ gap: "5px" }}>
                  <Icon name="volume" size={18} /> {words.home.volume(known.volume)}
                </span>
              )}
              {toy.microphone_off && (
                <span class="row" style={{ gap: "5px" }}>
                  <Icon name="micOff" size={18} /> {words.home.micOff}
                </span>
              )}
            </span>
          )}
          <span class="soft small">
            {known.last_talk ? words.home.lastTalk(ago(known.last_talk)) : words.home.noTalk}
          </span>
        </span>
        <Icon name="forward" />
      </span>
    </a>
  );
}

function ChildCard({ child }: { child: Child }): JSX.Element {
  const words = useWords();
  const { value } = useAnswer<Consent>(`/api/v1/children/${child.id}/consent`);
  const waits = value?.recipients.some(({ required, state }) => required && state !== "granted");
  return (
    <a class="card link" href={pathOf("child", { child_id: child.id })}>
      <span class="row">
        <span class="grow stack tight">
          <span class="strong">{child.nickname}</span>
          <span class="soft small">{words.home.age(child.age)}</span>
          {waits && (
            <span>
              <span class="tag warm">{words.home.needsConsent}</span>
            </span>
          )}
        </span>
        <Icon name="forward" />
      </span>
    </a>
  );
}
