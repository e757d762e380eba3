/** Consent in plain words: who receives what, each with a switch of its own, how it is proved, and how it is taken back. SAFETY S1, S2 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { codeOf } from "../api/refused.ts";
import type { Child, Consent, ConsentAsked, ConsentMethod, ConsentPart, Recipient } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { ask } from "../services.ts";
import { Bear } from "../ui/bear.tsx";
import { Choices, Field, Form, Switch } from "../ui/fields.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Dialog, Fault, LinkButton, Loading, Note } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useLanguage, useSending, useWords } from "../ui/use.ts";

export function ConsentScreen({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const path = `/api/v1/children/${params.child_id}`;
  const child = useAnswer<Child>(path);
  const language = useLanguage();
  const consent = useAnswer<Consent>(`${path}/consent?language=${language}`);
  const [asked, setAsked] = useState<ConsentAsked | undefined>();
  const [done, setDone] = useState(false);
  const fault = child.fault ?? consent.fault;
  const name = child.value?.nickname ?? "";
  const stands = consent.value?.recipients.some((part) => part.state === "granted") ?? false;

  function settle(after: Consent): void {
    consent.put(after);
    setAsked(undefined);
    setDone(true);
  }

  return (
    <Page title={words.consent.title} lead={name && words.consent.lead(name)} back={pages.home}>
      {fault !== undefined && !(child.value && consent.value) && <Fault text={sayRefused(words, fault)} />}
      {fault === undefined && !(child.value && consent.value) && <Loading />}
      {child.value && consent.value && asked && (
        <Proof
          path={path}
          language={language}
          asked={asked}
          onConsent={settle}
          onAgain={() => setAsked(undefined)}
        />
      )}
      {child.value && consent.value && !asked && (
        <div class="stack wide">
          {done && stands && <Thanks name={name} />}
          <Parts
            // what is agreed to is what was read: another text begins anew
            key={[language, ...consent.value.recipients.map(({ state }) => state)].join()}
            path={path}
            consent={consent.value}
            onAsked={setAsked}
            onConsent={(after) => {
              consent.put(after);
              setDone(false);
            }}
            onChanged={() => void consent.again()}
          />
        </div>
      )}
    </Page>
  );
}

function Thanks({ name }: { name: string }): JSX.Element {
  const { consent } = useWords();
  return (
    <div class="card empty" role="status">
      <Bear mood="happy" size={110} />
      <h2>{consent.doneTitle}</h2>
      <p class="soft">{consent.done(name)}</p>
      <LinkButton href={pages.pair} icon="paw">
        {consent.toPair}
      </LinkButton>
    </div>
  );
}

interface PartsParts {
  path: string;
  consent: Consent;
  onAsked: (asked: ConsentAsked) => void;
  onConsent: (consent: Consent) => void;
  /** the notice is another by now */
  onChanged: () => void;
}

function Parts({ path, consent, onAsked, onConsent, onChanged }: PartsParts): JSX.Element {
  const words = useWords();
  const reads = useAccount().role === "guardian";
  const [wanted, want] = useState<ReadonlySet<Recipient>>(new Set());
  const [method, setMethod] = useState<ConsentMethod>(consent.methods[0]!);
  const [missing, setMissing] = useState(false);
  const [taking, take] = useState<ConsentPart | "all" | undefined>();
  const sending = useSending();
  const granted = consent.recipients.filter(({ state }) => state === "granted");
  const open = consent.recipients.filter(({ state }) => state !== "granted");
  const needs = open.find(({ required }) => required);

  function toggle(recipient: Recipient, on: boolean): void {
    setMissing(false);
    const next = new Set(wanted);
    if (on) next.add(recipient);
    else next.delete(recipient);
    want(next);
  }

  async function submit(): Promise<void> {
    if (needs && !wanted.has(needs.recipient)) return setMissing(true);
    await sending.run(async () => {
      const wish = { method, recipients: [...wanted], notice_version: consent.notice_version };
      try {
        onAsked(await ask.post<ConsentAsked>(`${path}/consent`, wish));
      } catch (error) {
        if (codeOf(error) === "NOTICE_CHANGED") onChanged();
        throw error;
      }
    });
  }

  return (
    <Form onSubmit={() => void submit()}>
      {reads && <Note>{words.common.readOnly}</Note>}
      <ul class="stack">
        {consent.recipients.map((part) => (
          <li key={part.recipient} class="card stack tight">
            <PartOf
              part={part}
              on={wanted.has(part.recipient)}
              reads={reads}
              onToggle={(on) => toggle(part.recipient, on)}
              onTake={() => take(part)}
            />
          </li>
        ))}
      </ul>
      {open.length > 0 && !reads && (
        <>
          {consent.methods.length > 1 && (
            <Choices
              legend={words.consent.method}
              value={method}
              onValue={setMethod}
              options={consent.methods.map((value) => ({ value, ...words.consent.methods[value] }))}
            />
          )}
          <Fault text={missing ? words.consent.nothing : sending.fault} />
          {(needs ?? wanted.size > 0) && (
            <Button type="submit" full busy={sending.busy}>
              {words.consent.submit}
            </Button>
          )}
        </>
      )}
      {granted.length > 1 && !reads && (
        <Button kind="danger quiet" full onClick={() => take("all")}>
          {words.consent.revokeAll}
        </Button>
      )}
      {taking !== undefined && (
        <TakeBack
          path={path}
          language={consent.language}
          part={taking}
          onConsent={onConsent}
          onClose={() => take(undefined)}
        />
      )}
    </Form>
  );
}

interface PartParts {
  part: ConsentPart;
  on: boolean;
  reads: boolean;
  onToggle: (on: boolean) => void;
  onTake: () => void;
}

/** One recipient: who it is, what it gets, and the parent's word. */
function PartOf({ part, on, reads, onToggle, onTake }: PartParts): JSX.Element {
  const { consent } = useWords();
  const { title } = part;
  const kind = { none: "", pending: "warm", granted: "good", revoked: "", changed: "warm" }[part.state];
  return (
    <>
      <div class="row apart wrap">
        <span class="small soft">{part.required ? consent.required : consent.optional}</span>
        {part.state !== "none" && <span class={`tag ${kind}`}>{consent.state[part.state]}</span>}
      </div>
      {part.state === "granted" || reads ? (
        <h2>{title}</h2>
      ) : (
        <Switch label={title} on={on} onChange={onToggle} />
      )}
      <p>{part.purpose}</p>
      <p class="soft small">{consent.to(part.name)}</p>
      {part.state === "granted" && !reads && (
        <div>
          <Button kind="plain" onClick={onTake} label={`${consent.revoke}: ${title}`}>
            {consent.revoke}
          </Button>
        </div>
      )}
    </>
  );
}

interface TakeBackParts {
  path: string;
  language: string;
  part: ConsentPart | "all";
  onConsent: (consent: Consent) => void;
  onClose: () => void;
}

function TakeBack({ path, language, part, onConsent, onClose }: TakeBackParts): JSX.Element {
  const { consent, common } = useWords();
  const sending = useSending();
  // without the voice there is no consent at all
  const one = part !== "all" && !part.required ? `&recipient=${part.recipient}` : "";
  const title = part === "all" ? consent.revokeAll : part.title;
  const take = (): Promise<boolean> =>
    sending.run(async () => {
      onConsent(await ask.delete<Consent>(`${path}/consent?language=${language}${one}`));
      onClose();
    });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{consent.revokeAsk}</p>
      <Fault text={sending.fault} />
      <Button kind="danger" full busy={sending.busy} onClick={() => void take()}>
        {consent.revoke}
      </Button>
      <Button kind="quiet" full onClick={onClose}>
        {common.cancel}
      </Button>
    </Dialog>
  );
}

interface ProofParts {
  path: string;
  language: string;
  asked: ConsentAsked;
  onConsent: (consent: Consent) => void;
  onAgain: () => void;
}

/** That it was a parent: a code by mail, a card, or a form on paper. */
function Proof({ path, language, asked, onConsent, onAgain }: ProofParts): JSX.Element {
  const { consent, common } = useWords();
  const { email } = useAccount();
  const [code, setCode] = useState("");
  const [checked, setChecked] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const sending = useSending();
  const digits = code.replace(/\s/g, "");
  const wrong = /^\d{8}$/.test(digits) ? undefined : consent.codeWrong;

  const confirm = async (): Promise<void> => {
    setChecked(true);
    if (wrong) return;
    await sending.run(async () => {
      const proof = { request_id: asked.request_id, code: digits };
      onConsent(await ask.post<Consent>(`${path}/consent/confirm?language=${language}`, proof));
    });
  };
  const look = (): Promise<boolean> =>
    sending.run(async () => {
      const now = await ask.get<Consent>(`${path}/consent?language=${language}`);
      if (now.recipients.some(({ state }) => state === "pending")) setWaiting(true);
      else onConsent(now);
    });

  return (
    <div class="card stack">
      {asked.method === "email_plus" ? (
        <Form onSubmit={() => void confirm()}>
          <h2>{consent.codeTitle}</h2>
          <p class="soft">{consent.codeLead(email)}</p>
          <Fault text={sending.fault} />
          <Field
            label={consent.code}
            value={code}
            onValue={setCode}
            fault={checked ? wrong : undefined}
            autocomplete="one-time-code"
            inputMode="numeric"
            maxLength={11}
            code
            autoFocus
          />
          <Button type="submit" full busy={sending.busy}>
            {consent.confirm}
          </Button>
        </Form>
      ) : (
        <>
          <h2>{consent.methods[asked.method].title}</h2>
          <p>{asked.method === "card" ? consent.cardLead : consent.formLead(asked.request_id)}</p>
          {asked.url && (
            <a class="button" href={asked.url} target="_blank" rel="noopener noreferrer">
              {consent.cardOpen}
            </a>
          )}
          <Fault text={sending.fault} />
          {waiting && <Note kind="warm">{consent.waiting}</Note>}
          <Button kind="quiet" full busy={sending.busy} onClick={() => void look()}>
            {consent.check}
          </Button>
        </>
      )}
      <Button kind="plain" full onClick={onAgain}>
        {asked.method === "email_plus" ? consent.askAgain : common.cancel}
      </Button>
    </div>
  );
}
