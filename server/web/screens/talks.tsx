/** Conversations: what is said now, and what was said, newest first, for a child or for all. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child, Conversation } from "../api/types.ts";
import { pages, pathOf } from "../router/pages.ts";
import { ask, followed } from "../services.ts";
import { Away } from "../ui/away.tsx";
import { Bear } from "../ui/bear.tsx";
import { Select } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Fault } from "../ui/parts.tsx";
import { useAnswer, useSending, useStore, useWords } from "../ui/use.ts";
import { dayAndTime } from "../words/words.ts";
import "./talks.css";

interface Listed {
  sessions: Conversation[];
  next_cursor: string | null;
}

export function Talks(): JSX.Element {
  const words = useWords();
  const { talks, common } = words;
  const [childId, setChildId] = useState("");
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  const path = `/api/v1/chatkit/sessions${childId && `?child_id=${childId}`}`;
  const { value, fault, put, again } = useAnswer<Listed>(path);
  const more = useSending();
  const nameOf = (id: string): string => kids.find((kid) => kid.id === id)?.nickname ?? "";
  const talking = useStore(followed).turns.some(({ stage }) => stage !== "over");

  const next = (): Promise<boolean> =>
    more.run(async () => {
      const cursor = encodeURIComponent(value!.next_cursor!);
      const after = await ask.get<Listed>(`${path}${childId ? "&" : "?"}cursor=${cursor}`);
      put({ sessions: [...value!.sessions, ...after.sessions], next_cursor: after.next_cursor });
    });

  return (
    <Page title={talks.title}>
      <div class="stack">
        <a class="card link row" href={pages.live}>
          <Bear mood={talking ? "speaking" : "idle"} size={56} />
          <span class="grow">
            <span class="strong">{talks.live}</span>
            <br />
            <span class="soft small">{talks.liveLead}</span>
          </span>
          {talking && <span class="tag good">{words.home.talking}</span>}
          <Icon name="forward" />
        </a>
        {kids.length > 1 && (
          <Select
            label={talks.child}
            value={childId}
            onValue={setChildId}
            options={[["", talks.all], ...kids.map(({ id, nickname }) => [id, nickname] as const)]}
          />
        )}
        {!value && <Away fault={fault} again={again} list />}
        {value?.sessions.length === 0 && (
          <div class="card empty">
            <Bear size={100} />
            <h2>{talks.empty}</h2>
            <p class="soft">{talks.emptyText}</p>
          </div>
        )}
        {value && value.sessions.length > 0 && (
          <ul class="card list">
            {value.sessions.map((one) => (
              <li key={one.id}>
                <a class="row plain-link" href={pathOf("talk", { talk_id: one.id })}>
                  <span class="grow">
                    <span class="strong">{nameOf(one.child_id) || talks.title}</span>{" "}
                    {one.flagged && <span class="tag warm">{talks.flagged}</span>}
                    <br />
                    <span class="soft small">
                      {dayAndTime(one.started_at)} · {talks.turns(one.turns)}
                    </span>
                  </span>
                  <Icon name="forward" />
                </a>
              </li>
            ))}
          </ul>
        )}
        {value?.next_cursor && (
          <Button kind="quiet" full busy={more.busy} onClick={() => void next()}>
            {common.more}
          </Button>
        )}
        <Fault text={more.fault} />
      </div>
    </Page>
  );
}
