/** Where the account is signed in, and signing out: here, there, everywhere. */
import type { JSX } from "preact";
import type { Session } from "../../api/types.ts";
import { ask, session } from "../../services.ts";
import { Button, Fault } from "../../ui/parts.tsx";
import { useAnswer, useSending, useWords } from "../../ui/use.ts";
import { ago } from "../../words/words.ts";
import { deviceName } from "./device-name.ts";
import { Matter } from "./matter.tsx";

/** Whatever the server says to it: here it is over. */
export async function signOut(): Promise<void> {
  await ask.post("/api/v1/auth/logout").catch(() => undefined);
  session.end(false);
}

export function Sessions(): JSX.Element {
  const { account } = useWords();
  const { value, again } = useAnswer<{ sessions: Session[] }>("/api/v1/me/sessions");
  const sending = useSending();
  const end = (id: string): Promise<boolean> =>
    sending.run(async () => {
      await ask.delete(`/api/v1/me/sessions/${id}`);
      await again();
    });
  const endAll = (): Promise<boolean> =>
    sending.run(async () => {
      await ask.delete("/api/v1/me/sessions");
      session.end(false);
    });
  return (
    <Matter title={account.sessions}>
      <Fault text={sending.fault} />
      <ul class="list">
        {value?.sessions.map((one) => (
          <li key={one.id} class="row apart">
            <span class="grow">
              <span class="row wrap" style={{ gap: "4px 10px" }}>
                <span class="strong">{one.role === "support" ? one.device : deviceName(one.device)}</span>
                {one.current && <span class="tag good">{account.thisOne}</span>}
                {one.role === "support" && <span class="tag warm">{account.support}</span>}
              </span>
              <span class="soft small">
                {account.used(ago(one.used_at))} · {one.address}
              </span>
            </span>
            {!one.current && (
              <Button
                kind="plain"
                onClick={() => void end(one.id)}
                label={`${account.endOne}: ${deviceName(one.device)}`}
              >
                {account.endOne}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div>
        <Button kind="quiet" icon="signOut" busy={sending.busy} onClick={() => void endAll()}>
          {account.endAll}
        </Button>
      </div>
    </Matter>
  );
}
