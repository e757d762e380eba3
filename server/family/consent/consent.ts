/** A parent consents, by a request and its proof, and takes it back at any time. SAFETY S1, S2 */
import { lp, sameBytes, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { CONSENTS_PER_FAMILY, WINDOWS_MS } from "../../bounds.ts";
import { orUnavailable, Refusal } from "../../errors.ts";
import { TOY_CHANGED } from "../../ports.ts";
import type {
  Alerts,
  Bus,
  Chance,
  Children,
  Clock,
  ConsentMethodName,
  ConsentRequest,
  ConsentState,
  Consents,
  Counters,
  Language,
  Log,
  Recipient,
} from "../../ports.ts";
import { codeHash, isFromCardService } from "./methods.ts";
import type { CardMessage, CardSettings, ConsentMethod } from "./methods.ts";
import type { Notice, NoticePart } from "./notice.ts";

export interface ConsentPorts {
  children: Children;
  consents: Consents;
  notice: Notice;
  methods: readonly ConsentMethod[];
  card: CardSettings | undefined;
  /** where there is mail */
  letters: ConsentLetters | undefined;
  counters: Counters;
  bus: Bus;
  alerts: Pick<Alerts, "raiseSoon">;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  log: Log;
}

/** The two mails of `email_plus`. */
export interface ConsentLetters {
  code(accountId: string, code: string): Promise<void>;
  /** The second one: what was granted, and how to take it back. */
  granted(accountId: string): Promise<void>;
}

/** Who acts, as the audit names them. */
export interface By {
  accountId: string;
  address: string;
}

/** How one recipient stands. `changed`: granted under a notice that reads differently now. */
export type ConsentView = NoticePart & { state: ConsentState | "changed" };

const REQUEST_BYTES = 16;

/** What a child is called where it must not be named: in the audit, which outlives it. MISSION B26 */
export function pseudonym(hash: Hash, childId: string): string {
  return `child-${toHex(hash.sha256(lp([utf8("child"), utf8(childId)]))).slice(0, 16)}`;
}

async function ownChild({ children }: Pick<ConsentPorts, "children">, accountId: string, childId: string) {
  const child = await orUnavailable(children.find(accountId, childId));
  if (!child) throw new Refusal("NOT_FOUND");
  return child;
}

/** The notice as it reads now, and how each part of it stands. */
export async function consentOf(
  ports: ConsentPorts,
  accountId: string,
  childId: string,
  language: Language,
): Promise<ConsentView[]> {
  await ownChild(ports, accountId, childId);
  const rows = await orUnavailable(ports.consents.of(childId));
  return ports.notice.in(language).parts.map((part) => {
    const row = rows.find(({ recipient }) => recipient === part.recipient);
    const stale = row?.state === "granted" && !ports.notice.stands(part.recipient, row.noticeVersion);
    return { ...part, state: stale ? "changed" : (row?.state ?? "none") };
  });
}

/** Whether a child's voice may be taken: what a pairing asks first. */
export async function hasConsent(
  { consents, notice }: Pick<ConsentPorts, "consents" | "notice">,
  childId: string,
): Promise<boolean> {
  const rows = await orUnavailable(consents.of(childId));
  return rows.some(
    ({ recipient, state, noticeVersion }) =>
      recipient === "voice" && state === "granted" && notice.stands(recipient, noticeVersion),
  );
}

export interface AskedConsent {
  requestId: string;
  method: ConsentMethodName;
  expiresAt: number;
  /** where the parent goes on, for a card */
  url: string | undefined;
}

/** Throws the Refusals NOT_FOUND, NOTICE_CHANGED (what was read is not what stands), INVALID_REQUEST, RATE_LIMITED and UNAVAILABLE. */
export async function askConsent(
  ports: ConsentPorts,
  by: By,
  childId: string,
  wish: { method: ConsentMethodName; recipients: readonly Recipient[]; noticeVersion: string },
): Promise<AskedConsent> {
  const { clock, hash } = ports;
  await ownChild(ports, by.accountId, childId);
  const method = ports.methods.find(({ name }) => name === wish.method);
  if (!method) throw new Refusal("INVALID_REQUEST", { path: "method", problem: "not offered here" });
  const notice = ports.notice.read(wish.noticeVersion);
  if (!notice) throw new Refusal("NOTICE_CHANGED");
  const versions: ConsentRequest["versions"] = {};
  const digests: ConsentRequest["digests"] = {};
  for (const recipient of wish.recipients) {
    const part = notice.parts.find((one) => one.recipient === recipient);
    if (!part) throw new Refusal("INVALID_REQUEST", { path: "recipients", problem: "not in the notice" });
    versions[recipient] = part.version;
    digests[recipient] = part.digest;
  }
  const allowance = await orUnavailable(
    ports.counters.take(`consent:${by.accountId}`, CONSENTS_PER_FAMILY, WINDOWS_MS),
  );
  if (!allowance.allowed)
    throw new Refusal("RATE_LIMITED", { retry_after_s: allowance.retryAfterS, layer: "account" });

  const requestId = toHex(ports.chance.bytes(REQUEST_BYTES));
  const { lifeMs, code, url } = method.begin(requestId);
  const expiresAt = clock.now() + lifeMs;
  const request: ConsentRequest = {
    requestId,
    childId,
    accountId: by.accountId,
    method: method.name,
    versions,
    language: notice.language,
    digests,
    codeHash: code === undefined ? undefined : codeHash(hash, requestId, code),
    expiresAt,
  };
  await orUnavailable(ports.consents.ask(request, clock.now()));
  if (code !== undefined && ports.letters) await orUnavailable(ports.letters.code(by.accountId, code));
  return { requestId, method: method.name, expiresAt, url };
}

/** The parent has the code of the mail. Throws CONSENT_REFUSED for a wrong one, a late one, and one of nobody's. */
export async function confirmByCode(
  ports: ConsentPorts,
  by: By,
  childId: string,
  { requestId, code }: { requestId: string; code: string },
): Promise<void> {
  const { clock, hash } = ports;
  const request = await orUnavailable(ports.consents.tryCode(requestId, by.accountId, clock.now()));
  const right =
    request?.codeHash !== undefined &&
    request.childId === childId &&
    sameBytes(codeHash(hash, requestId, code), request.codeHash);
  if (!right) throw new Refusal("CONSENT_REFUSED");
  const actor = { actor: by.accountId, address: by.address };
  await prove(ports, requestId, "email_plus", `code of a mail, from ${by.address}`, actor);
  // the "plus": it is granted whether or not this mail leaves
  await ports.letters
    ?.granted(by.accountId)
    .catch((error: unknown) => ports.log.error({ error }, "the second mail of a consent was not taken"));
}

/** A card service tells of a transaction. Throws CONSENT_REFUSED where it is not its word, or the request is not open. */
export async function confirmByCard(
  ports: ConsentPorts,
  message: CardMessage,
  address: string,
): Promise<void> {
  const { card, hash, clock } = ports;
  if (!card || !isFromCardService(hash, card, message, clock.now())) throw new Refusal("CONSENT_REFUSED");
  const evidence = `transaction ${message.transactionId}`;
  await prove(ports, message.requestId, "card", evidence, { actor: "card-service", address });
}

/** The operator has the signed form in hand. Throws CONSENT_REFUSED where the request is not open. */
export async function confirmByForm(
  ports: ConsentPorts,
  { requestId, reference }: { requestId: string; reference: string },
  by: { actor: string; address: string },
): Promise<void> {
  await prove(ports, requestId, "form", `form ${reference}`, by);
}

async function prove(
  ports: ConsentPorts,
  requestId: string,
  method: ConsentMethodName,
  evidence: string,
  by: { actor: string; address: string },
): Promise<void> {
  const at = ports.clock.now();
  const request = await orUnavailable(
    ports.consents.prove(requestId, method, evidence, at, ({ accountId, childId, versions }) => ({
      ...{ at, action: "consent_granted", outcome: "success", ...by, accountId },
      resource: pseudonym(ports.hash, childId),
      reason: `${method}: ${Object.keys(versions).join(" ")}`,
    })),
  );
  if (!request) throw new Refusal("CONSENT_REFUSED");
  const { accountId, childId } = request;
  const details = { state: "granted", recipients: Object.keys(request.versions).join(" ") };
  const dedupeKey = `consent_changed:${requestId}`;
  ports.alerts.raiseSoon({ accountId, kind: "consent_changed", childId, details, dedupeKey });
  await announce(ports, request.childId);
}

/** At once, and for all recipients where none are named: turns under way stop, and what was remembered is forgotten. */
export async function revokeConsent(
  ports: ConsentPorts,
  by: By,
  childId: string,
  recipients: readonly Recipient[] | undefined,
): Promise<void> {
  await ownChild(ports, by.accountId, childId);
  const revoked = recipients ?? ports.notice.in("en").parts.map(({ recipient }) => recipient);
  const at = ports.clock.now();
  const ended = await orUnavailable(
    ports.consents.revoke(childId, revoked, {
      at,
      action: "consent_revoked",
      outcome: "success",
      actor: by.accountId,
      address: by.address,
      resource: pseudonym(ports.hash, childId),
      reason: revoked.join(" "),
    }),
  );
  const details = { state: "revoked", recipients: ended.join(" ") };
  const dedupeKey = `consent_changed:${childId}:${at}`;
  if (ended.length > 0)
    ports.alerts.raiseSoon({
      accountId: by.accountId,
      ...{ kind: "consent_changed", childId, details, dedupeKey },
    });
  await announce(ports, childId);
}

/** Every cell looks again at this child's toys. Where the notice is lost, each cell's own look finds it. */
export async function announce(
  { children, bus, log }: Pick<ConsentPorts, "children" | "bus" | "log">,
  childId: string,
): Promise<void> {
  try {
    for (const deviceId of await children.toys(childId)) await bus.publish(TOY_CHANGED, deviceId);
  } catch (error) {
    log.warn({ error }, "a change of a child or its consent was not announced");
  }
}
