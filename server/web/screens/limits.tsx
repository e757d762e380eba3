/** Bedtime, limits and topics of a child, and how careful the bear is with it. MISSION C42, C45 */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child, Limits } from "../api/types.ts";
import { pathOf } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { ask } from "../services.ts";
import { Chips } from "../ui/chips.tsx";
import { Choices, Field, Form, Select, Switch } from "../ui/fields.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Fault, Loading, Note } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useWords } from "../ui/use.ts";
import { languages } from "../words/words.ts";

/** As server/bounds.ts has them; the server has the last word. */
const MAX_TOPICS = 20;
const MAX_DAYS = 365;
const LIMITS = ["turns_a_day", "turns_a_session", "minutes_a_session", "model_calls_an_hour"] as const;

export function LimitsScreen({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const { value, fault, put } = useAnswer<Child>(`/api/v1/children/${params.child_id}`);
  return (
    <Page title={words.limits.title} lead={value?.nickname} back={pathOf("child", params)}>
      {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
      {!value && fault === undefined && <Loading />}
      {value && <Settings key={value.id} child={value} onChild={put} />}
    </Page>
  );
}

const here = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function Settings({ child, onChild }: { child: Child; onChild: (child: Child) => void }): JSX.Element {
  const words = useWords();
  const { limits, common } = words;
  const reads = useAccount().role === "guardian";
  const hours = child.quiet_hours;
  const [sleeps, setSleeps] = useState(hours !== null);
  const [from, setFrom] = useState(hours?.from ?? "19:30");
  const [to, setTo] = useState(hours?.to ?? "07:00");
  const [zone, setZone] = useState(hours?.time_zone ?? here());
  const [numbers, setNumbers] = useState<Record<string, string>>(() =>
    Object.fromEntries(LIMITS.map((key) => [key, child.limits?.[key]?.toString() ?? ""])),
  );
  const [topics, setTopics] = useState(child.topics_off ?? []);
  const [interests, setInterests] = useState(child.interests);
  const [filter, setFilter] = useState(child.filter);
  const [language, setLanguage] = useState(child.language);
  const [keeps, setKeeps] = useState(child.keeps_transcripts);
  const [days, setDays] = useState(String(child.retention_days));
  const [saved, setSaved] = useState(false);
  const sending = useSending();

  const wanted: Partial<Child> = {
    quiet_hours: sleeps ? { from, to, time_zone: zone } : null,
    interests,
    filter,
    language,
    keeps_transcripts: keeps,
    retention_days: Math.min(MAX_DAYS, Math.max(1, Math.round(Number(days) || child.retention_days))),
    ...(child.topics_off && { topics_off: topics }),
    ...(child.limits && {
      limits: Object.fromEntries(
        LIMITS.map((key) => [
          key,
          numbers[key] === "" ? null : Math.max(0, Math.round(Number(numbers[key]))),
        ]),
      ) as unknown as Limits,
    }),
  };

  const save = (): Promise<void> =>
    sending
      .run(async () => {
        const change = Object.fromEntries(
          Object.entries(wanted).filter(([key, value]) => !same(value, child[key as keyof Child])),
        );
        if (Object.keys(change).length > 0)
          onChild(await ask.patch<Child>(`/api/v1/children/${child.id}`, change));
      })
      .then(setSaved);

  return (
    <Form onSubmit={() => void save()}>
      {reads && <Note>{common.readOnly}</Note>}
      <fieldset class="stack" disabled={reads}>
        <Card title={limits.bedtime}>
          <Switch label={limits.bedtimeOn} text={limits.bedtimeText} on={sleeps} onChange={setSleeps} />
          {sleeps && (
            <>
              <div class="row">
                <div class="grow">
                  <Field label={limits.from} type="time" value={from} onValue={setFrom} required />
                </div>
                <div class="grow">
                  <Field label={limits.to} type="time" value={to} onValue={setTo} required />
                </div>
              </div>
              <Select label={limits.zone} value={zone} onValue={setZone} options={zonesWith(zone)} />
            </>
          )}
        </Card>
        {child.limits && (
          <Card title={limits.howMuch} lead={limits.howMuchLead}>
            {LIMITS.map((key) => {
              const most = child.age_limits?.[key] ?? undefined;
              return (
                <Field
                  key={key}
                  label={limits[key]}
                  type="number"
                  inputMode="numeric"
                  value={numbers[key] ?? ""}
                  onValue={(value) => setNumbers({ ...numbers, [key]: value })}
                  hint={most === undefined ? undefined : limits.ofAge(most)}
                  min={0}
                  max={most}
                />
              );
            })}
          </Card>
        )}
        {child.topics_off && (
          <Card title={limits.topics}>
            <Chips
              label={limits.topicsAdd}
              hint={limits.topicsHint}
              values={topics}
              onValues={setTopics}
              most={MAX_TOPICS}
            />
          </Card>
        )}
        <Card title={limits.filter}>
          <Choices
            legend={limits.filter}
            hidden
            value={filter}
            onValue={setFilter}
            options={(["strict", "standard"] as const).map((value) => ({ value, ...limits.filters[value] }))}
          />
          <Select
            label={limits.voice}
            value={language}
            onValue={setLanguage}
            options={languagesWith(language)}
          />
          <Chips
            label={limits.interests}
            hint={limits.interestsHint}
            values={interests}
            onValues={setInterests}
            most={MAX_TOPICS}
          />
        </Card>
        <Card title={limits.keep}>
          <Switch label={limits.keepOn} text={limits.keepText} on={keeps} onChange={setKeeps} />
          {keeps && (
            <Field
              label={limits.days}
              type="number"
              inputMode="numeric"
              value={days}
              onValue={setDays}
              min={1}
              max={MAX_DAYS}
            />
          )}
        </Card>
      </fieldset>
      <Fault text={sending.fault} />
      <div role="status">{saved && !sending.busy && <Note kind="good">{common.saved}</Note>}</div>
      {!reads && (
        <Button type="submit" full busy={sending.busy}>
          {common.save}
        </Button>
      )}
    </Form>
  );
}

/** A browser may not know the zone that was chosen in another. */
const zonesWith = (one: string): (readonly [string, string])[] => {
  const known = Intl.supportedValuesOf("timeZone");
  return (known.includes(one) ? known : [one, ...known]).map((zone) => [zone, zone.replaceAll("_", " ")]);
};

/** A child may speak a language that this app does not. */
const languagesWith = (one: string): [string, string][] => {
  const known = Object.entries(languages) as [string, string][];
  return known.some(([key]) => key === one) ? known : [...known, [one, one]];
};

function Card({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="card stack">
      <div class="stack tight">
        <h2>{title}</h2>
        {lead && <p class="soft small">{lead}</p>}
      </div>
      {children}
    </section>
  );
}
