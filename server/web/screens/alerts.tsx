/** Alerts: what needs a parent, newest first, and which are new. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Alert } from "../api/types.ts";
import { pages, pathOf } from "../router/pages.ts";
import { ask, followed, unread } from "../services.ts";
import { Away } from "../ui/away.tsx";
import { Bear } from "../ui/bear.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Fault } from "../ui/parts.tsx";
import { useAnswer, useSending, useStore, useWords } from "../ui/use.ts";
import { ago } from "../words/words.ts";

interface Listed {
  alerts: Alert[];
  unread: number;
  next_cursor: string | null;
}
const PATH = "/api/v1/alerts";

/** Where there is something to do about it. */
function placeOf({ kind, device_id, child_id }: Alert): string | undefined {
  if (kind === "safety_care") return pages.talks;
  if (kind === "export_ready" || kind === "child_deleted") return pages.privacy;
  if (kind === "new_sign_in") return pages.account;
  if (kind === "report_ready" && child_id) return pathOf("report", { child_id });
  if (kind === "consent_changed" && child_id) return pathOf("consent", { child_id });
  return device_id ? pathOf("toy", { device_id }) : undefined;
}

const asRead = (alerts: readonly Alert[], ids: readonly string[]): Alert[] =>
  alerts.map((one) => (ids.includes(one.id) ? { ...one, read: true } : one));

export function Alerts(): JSX.Element {
  const { alertsPage, common } = useWords();
  const { value, fault, put, again } = useAnswer<Listed>(PATH);
  const come = useStore(followed).alerts.length;
  const sending = useSending();
  useEffect(() => {
    if (come > 0) void again();
  }, [come]);

  const read = (wish: { all: true } | { ids: string[] }): Promise<boolean> =>
    sending.run(async () => {
      const left = (await ask.post<{ unread: number }>(`${PATH}/read`, wish)).unread;
      const known = followed.get();
      const ids = "ids" in wish ? wish.ids : [...value!.alerts, ...known.alerts].map(({ id }) => id);
      unread.set(left);
      put({ ...value!, unread: left, alerts: asRead(value!.alerts, ids) });
      followed.set({ ...known, alerts: asRead(known.alerts, ids) });
    });
  const next = (): Promise<boolean> =>
    sending.run(async () => {
      const after = await ask.get<Listed>(`${PATH}?cursor=${encodeURIComponent(value!.next_cursor!)}`);
      put({ ...after, alerts: [...value!.alerts, ...after.alerts] });
    });

  const kinds: Record<string, { title: string }> = alertsPage.kinds;
  const titleOf = ({ kind }: Alert): string => (kinds[kind] ?? alertsPage.kinds.other).title;

  return (
    <Page title={alertsPage.title}>
      <div class="stack">
        {!value && <Away fault={fault} again={again} list />}
        {value?.alerts.length === 0 && (
          <div class="card empty">
            <Bear mood="happy" size={110} />
            <h2>{alertsPage.empty}</h2>
            <p class="soft">{alertsPage.emptyText}</p>
          </div>
        )}
        {value && value.unread > 0 && (
          <div>
            <Button kind="quiet" icon="check" busy={sending.busy} onClick={() => void read({ all: true })}>
              {alertsPage.readAll}
            </Button>
          </div>
        )}
        <Fault text={sending.fault} />
        {value && value.alerts.length > 0 && (
          <ul class="stack">
            {value.alerts.map((one) => (
              <li key={one.id}>
                <AlertCard alert={one} />
                {!one.read && (
                  <Button
                    kind="plain"
                    label={`${alertsPage.readOne}: ${titleOf(one)}`}
                    onClick={() => void read({ ids: [one.id] })}
                  >
                    {alertsPage.readOne}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {value?.next_cursor && (
          <Button kind="quiet" full busy={sending.busy} onClick={() => void next()}>
            {common.more}
          </Button>
        )}
      </div>
    </Page>
  );
}

function AlertCard({ alert }: { alert: Alert }): JSX.Element {
  const { alertsPage } = useWords();
  const kinds: Record<string, { title: string; text: string }> = alertsPage.kinds;
  const { title, text } = kinds[alert.kind] ?? alertsPage.kinds.other;
  const kind = { info: "", warning: "warm", critical: "bad" }[alert.severity];
  const place = placeOf(alert);
  const body = (
    <>
      <Icon name={alert.severity === "info" ? "info" : "warn"} />
      <span class="grow stack tight">
        <span class="row wrap" style={{ gap: "4px 10px" }}>
          <span class="strong">{title}</span>
          {!alert.read && <span class="tag good">{alertsPage.unread}</span>}
          {alert.severity !== "info" && (
            <span class={`tag ${kind}`}>{alertsPage.severity[alert.severity]}</span>
          )}
        </span>
        <span>{text}</span>
        <span class="soft small">{ago(alert.at)}</span>
      </span>
      {place && <Icon name="forward" />}
    </>
  );
  return place ? (
    <a class="card link row" href={place}>
      {body}
    </a>
  ) : (
    <div class="card row">{body}</div>
  );
}
