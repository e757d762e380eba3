/** Privacy: what is kept and how long, who receives it, taking it along, and what was deleted. SAFETY S4, S5 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { POLL_MS } from "../api/poll.ts";
import type { Child } from "../api/types.ts";
import { after, now } from "../platform/browser.ts";
import { pathOf } from "../router/pages.ts";
import { ask } from "../services.ts";
import { freshly } from "../ui/fresh.tsx";
import { Away } from "../ui/away.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Fault } from "../ui/parts.tsx";
import { useAccount, useAnswer, useLanguage, useSending, useWords } from "../ui/use.ts";
import { day, dayAndTime } from "../words/words.ts";

interface Policy {
  categories: {
    category: string;
    title: string;
    purpose: string;
    days: number;
    archive_days?: number;
    from: "child" | "policy";
  }[];
  recipients: { recipient: string; name: string; purpose: string }[];
}
interface Export {
  id: string;
  state: "waiting" | "ready" | "failed" | "gone";
  requested_at: string;
  expires_at: string | null;
  size: number | null;
}
interface Deletion {
  id: string;
  what: "child" | "account";
  state: "scheduled" | "running" | "done" | "cancelled";
  due_at: string;
  done_at: string | null;
  receipt: { stores: { store: string; rows: number }[]; digest: string } | null;
}

/** ms that a browser has to take a file over */
const TAKE_MS = 2_000;

export function Privacy(): JSX.Element {
  const { privacyPage } = useWords();
  const { role } = useAccount();
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  return (
    <Page title={privacyPage.title} lead={privacyPage.lead}>
      <div class="stack wide">
        <Kept />
        {kids.length > 0 && (
          <section class="card stack">
            <h2>{privacyPage.consents}</h2>
            <ul class="list">
              {kids.map((child) => (
                <li key={child.id}>
                  <a class="row apart" href={pathOf("consent", { child_id: child.id })}>
                    {child.nickname}
                    <Icon name="forward" />
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
        {role === "parent" && <Exports />}
        <Deletions mayCancel={role === "parent"} />
      </div>
    </Page>
  );
}

/** The server's policy, in its own words: it is the law that the sweeper reads. */
function Kept(): JSX.Element {
  const { privacyPage } = useWords();
  const { value, fault, again } = useAnswer<Policy>(`/api/v1/privacy?language=${useLanguage()}`);
  if (!value)
    return (
      <section class="card stack">
        <h2>{privacyPage.kept}</h2>
        <Away fault={fault} again={again} list />
      </section>
    );
  return (
    <>
      <section class="card stack">
        <h2>{privacyPage.kept}</h2>
        <ul class="list">
          {value.categories.map(({ category, title, purpose, days, archive_days, from }) => (
            <li key={category} class="row apart" style={{ alignItems: "flex-start" }}>
              <span class="grow">
                <span class="strong">{title}</span>
                <br />
                <span class="soft small">
                  {purpose}
                  {archive_days !== undefined && ` ${privacyPage.archived(archive_days)}`}
                </span>
              </span>
              <span class="tag">{from === "child" ? privacyPage.byYou : privacyPage.days(days)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="card stack">
        <h2>{privacyPage.who}</h2>
        {value.recipients.length === 0 ? (
          <p>{privacyPage.whoNobody}</p>
        ) : (
          <ul class="list">
            {value.recipients.map(({ recipient, name, purpose }) => (
              <li key={recipient}>
                <span class="strong">{name}</span>
                <br />
                <span class="soft small">{purpose}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Exports(): JSX.Element {
  const { privacyPage } = useWords();
  const { value, fault, again } = useAnswer<{ exports: Export[] }>("/api/v1/exports");
  const sending = useSending();
  const waits = value?.exports.some(({ state }) => state === "waiting") ?? false;
  useEffect(() => {
    if (waits) return after(POLL_MS, () => void again());
  }, [waits, value, fault]); // a look that failed is followed by another too

  const order = (): Promise<boolean> =>
    sending.run(async () => {
      await freshly(() => ask.post("/api/v1/exports"));
      await again();
    });
  const download = (one: Export): Promise<boolean> =>
    sending.run(async () => {
      const file = await ask.file(`/api/v1/exports/${one.id}/file`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `bearlink-${one.requested_at.slice(0, 10)}.json`;
      link.click();
      after(TAKE_MS, () => URL.revokeObjectURL(link.href));
    });
  return (
    <section class="card stack">
      <h2>{privacyPage.export}</h2>
      <p class="soft">{privacyPage.exportLead}</p>
      <Fault text={sending.fault} />
      {!value && <Away fault={fault} again={again} list />}
      <ul class="list" aria-live="polite">
        {value?.exports.map((one) => (
          <li key={one.id} class="row apart wrap">
            <span class="grow">
              <span class="strong">{privacyPage.exportStates[one.state]}</span>
              <br />
              <span class="soft small">
                {dayAndTime(one.requested_at)}
                {one.expires_at &&
                  one.state === "ready" &&
                  ` · ${privacyPage.exportUntil(day(one.expires_at))}`}
              </span>
            </span>
            {one.state === "ready" && (
              <Button kind="quiet" icon="download" onClick={() => void download(one)}>
                {privacyPage.exportDownload}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {value && !waits && (
        <div>
          <Button kind="quiet" icon="download" busy={sending.busy} onClick={() => void order()}>
            {privacyPage.exportDo}
          </Button>
        </div>
      )}
    </section>
  );
}

function Deletions({ mayCancel }: { mayCancel: boolean }): JSX.Element | null {
  const { privacyPage } = useWords();
  const { value, fault, again } = useAnswer<{ deletions: Deletion[] }>("/api/v1/deletions");
  const sending = useSending();
  // one that was asked for at once is planned for a moment before it runs
  const isDue = ({ state, due_at }: Deletion): boolean =>
    state === "running" || (state === "scheduled" && Date.parse(due_at) <= now());
  const runs = value?.deletions.some(isDue) ?? false;
  useEffect(() => {
    if (runs) return after(POLL_MS, () => void again());
  }, [runs, value, fault]);
  if (!value)
    return (
      <section class="card stack">
        <h2>{privacyPage.deletions}</h2>
        <Away fault={fault} again={again} list />
      </section>
    );
  if (value.deletions.length === 0) return null;
  const keep = (id: string): Promise<boolean> =>
    sending.run(async () => {
      await ask.delete(`/api/v1/deletions/${id}`);
      await again();
    });
  return (
    <section class="card stack">
      <h2>{privacyPage.deletions}</h2>
      <Fault text={sending.fault} />
      <ul class="list">
        {value.deletions.map((one) => (
          <li key={one.id} class="stack tight">
            <div class="row apart wrap">
              <span class="grow">
                <span class="strong">{privacyPage.deletionOf[one.what]}</span>
                <br />
                <span class="soft small">{privacyPage.due(day(one.done_at ?? one.due_at))}</span>
              </span>
              <span class={`tag ${one.state === "done" ? "good" : "warm"}`}>
                {privacyPage.deletionStates[one.state]}
              </span>
            </div>
            {one.state === "scheduled" && !isDue(one) && mayCancel && (
              <div>
                <Button kind="quiet" icon="undo" onClick={() => void keep(one.id)}>
                  {privacyPage.cancelDeletion}
                </Button>
              </div>
            )}
            {one.receipt && (
              <details>
                <summary>{privacyPage.receipt}</summary>
                <ul class="small numbers" lang="en">
                  {one.receipt.stores.map(({ store, rows }) => (
                    <li key={store} class="row apart">
                      <span>{store}</span>
                      <span>{privacyPage.rows(rows)}</span>
                    </li>
                  ))}
                  <li class="soft" style={{ overflowWrap: "anywhere" }}>
                    {one.receipt.digest}
                  </li>
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
