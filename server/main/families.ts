/** The family rooms of a cell: children, consent and its gate, pairing on both its sides, and what toys are owed. */
import { fromHex } from "@bearlink/sdk/protocol";
import { pairingWords } from "../adapters/speech/pairing-words.ts";
import type { ClaimPorts } from "../claim/desk.ts";
import { endSession } from "../claim/end.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { orUnavailable } from "../errors.ts";
import { openProfile } from "../family/child.ts";
import type { ChildPorts } from "../family/child.ts";
import type { HistoryPorts } from "../family/conversation/history.ts";
import { hasConsent } from "../family/consent/consent.ts";
import type { ConsentLetters, ConsentPorts } from "../family/consent/consent.ts";
import { createConsentGate } from "../family/consent/gate.ts";
import { consentMethods } from "../family/consent/methods.ts";
import type { CardSettings } from "../family/consent/methods.ts";
import { createNotice } from "../family/consent/notice.ts";
import type { Notice } from "../family/consent/notice.ts";
import type { RetentionPolicy } from "../family/retention/policy.ts";
import { retentionJob } from "../family/retention/sweep.ts";
import type { JobKind } from "../jobs/runner.ts";
import { addressKey } from "../limiter/address.ts";
import { createErrands } from "../pairing/errands.ts";
import type { Errands } from "../pairing/errands.ts";
import { unpair } from "../pairing/owner.ts";
import type { OwnerPorts } from "../pairing/owner.ts";
import { watchPairings } from "../pairing/toy.ts";
import type { ToyPairing } from "../pairing/toy.ts";
import type { WindowPorts } from "../pairing/window.ts";
import type { Alerts, ConsentGate, FamilyFeed, FamilyVault, ToyLine, ToyNews } from "../ports.ts";
import type { Live } from "./live.ts";
import { auditTimes } from "./audit.ts";
import { openPolicy } from "./retention.ts";
import type { Stores } from "./stores.ts";
import type { Voices } from "./voices.ts";

export interface Families {
  gate: ConsentGate;
  news: ToyNews;
  errands: Errands;
  children: ChildPorts;
  consent: ConsentPorts;
  history: HistoryPorts;
  /** what anyone may know of it */
  privacy: { policy: RetentionPolicy; notice: Notice };
  jobs: Record<string, JobKind>;
  windows: WindowPorts;
  owner: OwnerPorts;
  /** Begins to hear the other cells; the answer stops it. */
  start(): Promise<() => Promise<void>>;
}

export interface FamilyParts
  extends
    Omit<ClaimPorts, "limits">,
    Pick<
      Stores,
      "children" | "consents" | "conversations" | "retention" | "pairings" | "ownership" | "counters"
    > {
  familyVault: FamilyVault;
  voices: Pick<Voices, "thirdParties" | "ports">;
  /** whose mail addresses these are, and who takes mail to them */
  letters: ConsentLetters | undefined;
  /** the bridge: there by the time a toy is */
  line: ToyLine;
  /** what parents see as it happens, and what they are told of */
  feed: FamilyFeed;
  alerts: Pick<Alerts, "raiseSoon">;
  status: Live["status"];
}

export function openFamilies(config: Config, parts: FamilyParts): Families {
  const { chance, hash, consents, voices, line, status } = parts;
  const policy = openPolicy(auditTimes(config));
  const notice = createNotice({ hash, policy }, voices.thirdParties);
  const gate = createConsentGate(
    { consents, notice, profile: (child) => openProfile(parts, child) },
    { demo: !isProduction(config) },
  );
  const errands = createErrands({ ...parts, gate });
  const end = (deviceId: string, reason: string): Promise<void> => endSession(parts, deviceId, reason);
  const card = cardService(config);
  const methods = consentMethods({ chance }, { mail: parts.letters !== undefined, card });
  const consent: ConsentPorts = { ...parts, notice, methods, card };
  const owner: OwnerPorts = { ...parts, endSession: end };
  let toys: ToyPairing | undefined;

  return {
    gate,
    errands,
    children: parts,
    consent,
    history: parts,
    privacy: { policy, notice },
    owner,
    jobs: {
      retention: retentionJob({
        ...parts,
        policy,
        unpair: (accountId, deviceId) => unpair(owner, { accountId, actor: "retention" }, deviceId),
      }),
    },
    windows: {
      ...parts,
      words: pairingWords,
      networkOf: addressKey,
      async consent(accountId, childId) {
        if (!(await orUnavailable(parts.children.find(accountId, childId)))) return "none";
        return (await hasConsent(consent, childId)) ? "granted" : "missing";
      },
    },
    news: {
      joined(deviceId, sessionId) {
        status.joined(deviceId);
        void errands.joined(deviceId, sessionId);
      },
      left(deviceId) {
        status.left(deviceId);
        toys?.left(deviceId);
      },
      async event(deviceId, kind) {
        await toys?.event(deviceId, kind);
        if (kind === "pairing") status.changed(deviceId);
      },
      telemetry: status.telemetry,
      pairAccept: (deviceId, sessionId, accept) => toys?.pairAccept(deviceId, sessionId, accept),
    },
    async start() {
      const { phrases } = voices.ports;
      toys = await watchPairings({ ...parts, phrases, line, endSession: end });
      return toys.stop;
    },
  };
}

function cardService({ CONSENT_CARD_URL: url, CONSENT_CARD_KEY: key }: Config): CardSettings | undefined {
  return url && key ? { url, key: fromHex(key, 32)! } : undefined;
}
