/** Alerts: what needs a parent, newest first, and which are new. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Alert } from "../api/types.ts";
import { pages, pathOf } from "../router/pages.ts";
import { answers, ask, followed } from "../services.ts";
import { Bear } from "../ui/bear.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Fault, Loading } from "../ui/parts.tsx";
import { sayRefused, useAnswer, useSending, useStore, useWords } from "../ui/use.ts";
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

/** The app's count of what is unread begins anew. */
export function forgetUnread(unread: number): void {
  answers.set(`${PATH}?limit=1`, { unread });
  followed.set({ ...followed.get(), alerts: followed.get().alerts.map((one) => ({ ...one, read: true })) });
}

export function Alerts(): JSX.Element {
  const words = useWords();
  const { alertsPage, common } = words;
  const { value, fault, put, again } = useAnswer<Listed>(PATH);
  const come = useStore(followed).alerts.length;
  const sending = useSending();
  useEffect(() => {
    if (come > 0) void again();
  }, [come]);

  const readAll = (): Promise<boolean> =>
    sending.run(async () => {
      const { unread } = await ask.post<{ unread: number }>(`${PATH}/read`, { all: true });
      put({ ...value!, unread, alerts: value!.alerts.map((one) => ({ ...one, read: true })) });
      forgetUnread(unread);
    });
  const next = (): Promise<boolean> =>
    sending.run(async () => {
      const after = await ask.get<Listed>(`${PATH}?cursor=${encodeURIComponent(value!.next_cursor!)}`);
      put({ ...after, alerts: [...value!.alerts, ...after.alerts] });
    });

  return (
    <Page title={alertsPage.title}>
      <div class="stack">
        {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
        {!value && fault === undefined && <Loading />}
        {value?.alerts.length === 0 && (
          <div class="card empty">
            <Bear mood="happy" size={110} />
            <h2>{alertsPage.empty}</h2>
            <p class="soft">{alertsPage.emptyText}</p>
          </div>
        )}
        {value && value.unread > 0 && (
          <div>
            <Button kind="quiet" icon="check" busy={sending.busy} onClick={() => void readAll()}>
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
