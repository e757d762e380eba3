/** A bear: what it does, how it is, how loud; its microphone; handing it on, and letting it go. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child, Toy } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { go } from "../router/place.ts";
import { answers, ask, followed } from "../services.ts";
import { Bear } from "../ui/bear.tsx";
import { Field, Form, Switch } from "../ui/fields.tsx";
import { freshly } from "../ui/fresh.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Dialog, Fault, Loading, Note } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useStore, useWords } from "../ui/use.ts";
import { ago } from "../words/words.ts";

/** of 100 */
const VOLUME_STEP = 10;

export function ToyScreen({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const path = `/api/v1/toys/${encodeURIComponent(params.device_id!)}`;
  const { value: toy, fault, put } = useAnswer<Toy>(path);
  const live = useStore(followed).toys[params.device_id!];
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  const reads = useAccount().role === "guardian";
  const child = kids.find(({ id }) => id === toy?.child_id);
  const known = toy && { ...toy, ...live };
  return (
    <Page title={toy?.name || words.toy.title} lead={child && words.toy.of(child.nickname)} back={pages.home}>
      {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
      {!known && fault === undefined && <Loading />}
      {known && (
        <div class="stack wide">
          <Standing toy={known} />
          {!reads && <Trouble path={path} toy={known} onToy={put} />}
          {!reads && <Settings path={path} toy={known} onToy={put} />}
          {!reads && <Leaving path={path} deviceId={known.device_id} />}
        </div>
      )}
    </Page>
  );
}

function Standing({ toy }: { toy: Toy }): JSX.Element {
  const words = useWords();
  const activity = toy.activity ?? "offline";
  const signal =
    toy.rssi === undefined || toy.rssi === null
      ? undefined
      : words.toy.signalWords[toy.rssi > -67 ? "good" : toy.rssi > -78 ? "fair" : "weak"];
  const facts: [string, string][] = [
    [words.toy.battery, toy.battery_percent ? `${toy.battery_percent} %` : words.toy.unknown],
    [words.toy.signal, signal ?? words.toy.unknown],
    [words.toy.firmware, toy.firmware_version ?? words.toy.unknown],
    [words.toy.id, toy.device_id],
  ];
  return (
    <section class="card stack">
      <div class="row wrap">
        <Bear mood={activity} size={120} />
        <div class="grow stack tight">
          <p class="row strong" role="status" style={{ gap: "8px" }}>
            <span class={`dot ${activity === "offline" ? "" : "good"}`} />
            {words.activity[activity]}
          </p>
          <p class="soft">{toy.last_talk ? words.home.lastTalk(ago(toy.last_talk)) : words.home.noTalk}</p>
          {activity === "offline" && toy.last_seen && (
            <p class="soft small">{words.home.seen(ago(toy.last_seen))}</p>
          )}
          {toy.microphone_off && (
            <p>
              <span class="tag warm">
                <Icon name="micOff" size={16} /> {words.home.micOff}
              </span>
            </p>
          )}
        </div>
      </div>
      <dl class="list">
        {facts.map(([name, text]) => (
          <div key={name} class="row apart" style={{ padding: "8px 0" }}>
            <dt class="soft">{name}</dt>
            <dd class="strong numbers" style={{ overflowWrap: "anywhere", textAlign: "right" }}>
              {text}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface ToyParts {
  path: string;
  toy: Toy;
  onToy: (toy: Toy) => void;
}

/** What a parent should know before anything else. */
function Trouble({ path, toy, onToy }: ToyParts): JSX.Element | null {
  const words = useWords();
  const sending = useSending();
  const restore = (): Promise<boolean> =>
    sending.run(async () => {
      await freshly(() => ask.post(`${path}/restore`));
      onToy(await ask.get<Toy>(path));
    });
  if (toy.state === "disabled") return <Note kind="warm">{words.toy.disabled}</Note>;
  if (toy.state === "quarantined")
    return (
      <div class="stack">
        <Note kind="bad">
          <p class="strong">{words.toy.quarantinedTitle}</p>
          <p>{words.toy.quarantined}</p>
        </Note>
        <Fault text={sending.fault} />
        <Button busy={sending.busy} onClick={() => void restore()}>
          {words.toy.restore}
        </Button>
      </div>
    );
  return toy.reset_at ? <Note kind="warm">{words.toy.reset(ago(toy.reset_at))}</Note> : null;
}

function Settings({ path, toy, onToy }: ToyParts): JSX.Element {
  const words = useWords();
  const [name, setName] = useState(toy.name ?? "");
  const sending = useSending();
  const change = (wish: object): Promise<boolean> =>
    sending.run(async () => {
      onToy({ ...toy, ...(await ask.patch<Toy>(path, wish)) });
    });
  const volume = toy.volume ?? undefined;
  const step = (by: number): void => {
    const now = volume ?? 60;
    void change({ volume: Math.max(0, Math.min(100, Math.round((now + by) / VOLUME_STEP) * VOLUME_STEP)) });
  };
  return (
    <section class="card stack">
      <Fault text={sending.fault} />
      <Form onSubmit={() => name.trim() !== "" && void change({ name: name.trim() })}>
        <Field
          label={words.toy.name}
          value={name}
          onValue={setName}
          hint={words.toy.nameHint}
          maxLength={40}
          autocomplete="off"
        />
        {name.trim() !== "" && name.trim() !== (toy.name ?? "") && (
          <div>
            <Button type="submit" busy={sending.busy}>
              {words.common.save}
            </Button>
          </div>
        )}
      </Form>
      <div class="row apart" role="group" aria-label={words.toy.volume}>
        <span class="strong">{words.toy.volume}</span>
        <span class="row">
          <Button kind="quiet" label={words.toy.quieter} onClick={() => step(-VOLUME_STEP)}>
            −
          </Button>
          <span class="strong numbers" role="status">
            {volume === undefined ? "–" : `${volume} %`}
          </span>
          <Button kind="quiet" label={words.toy.louder} onClick={() => step(VOLUME_STEP)}>
            +
          </Button>
        </span>
      </div>
      {!toy.online && <p class="soft small">{words.toy.volumeLater}</p>}
      <Switch
        label={words.toy.microphone}
        text={words.toy.microphoneText}
        on={!toy.microphone_off}
        onChange={(on) => void change({ microphone_off: !on })}
      />
    </section>
  );
}

function Leaving({ path, deviceId }: { path: string; deviceId: string }): JSX.Element {
  const words = useWords();
  const [asking, setAsking] = useState(false);
  const [code, setCode] = useState<string | undefined>();
  const sending = useSending();
  const hand = (): Promise<boolean> =>
    sending.run(async () =>
      setCode((await freshly(() => ask.post<{ code: string }>(`${path}/transfer`))).code),
    );
  const letGo = (): Promise<boolean> =>
    sending.run(async () => {
      await freshly(() => ask.post(`${path}/unpair`));
      answers.clear();
      go("home", {}, { replace: true });
    });
  return (
    <section class="card stack">
      <Fault text={asking ? undefined : sending.fault} />
      <h2>{words.toy.hand}</h2>
      <p class="soft">{words.toy.handLead}</p>
      {code === undefined ? (
        <div>
          <Button kind="quiet" onClick={() => void hand()}>
            {words.toy.handDo}
          </Button>
        </div>
      ) : (
        <Note kind="good">
          <p>{words.toy.handCode}</p>
          <p class="strong numbers" style={{ overflowWrap: "anywhere" }}>
            {code.match(/.{1,5}/g)!.join(" ")}
          </p>
          <p>{words.toy.handLink}</p>
          <p class="strong" style={{ overflowWrap: "anywhere" }}>
            {`${location.origin}${pages.accept}#${deviceId}.${code}`}
          </p>
        </Note>
      )}
      <h2>{words.toy.letGo}</h2>
      <p class="soft">{words.toy.letGoLead}</p>
      <div>
        <Button kind="danger quiet" onClick={() => setAsking(true)}>
          {words.toy.letGo}
        </Button>
      </div>
      {asking && (
        <Dialog title={words.toy.letGoAsk} onClose={() => setAsking(false)}>
          <p>{words.toy.letGoLead}</p>
          <Fault text={sending.fault} />
          <Button kind="danger" full busy={sending.busy} onClick={() => void letGo()}>
            {words.toy.letGo}
          </Button>
          <Button kind="quiet" full onClick={() => setAsking(false)}>
            {words.common.cancel}
          </Button>
        </Dialog>
      )}
    </section>
  );
}
