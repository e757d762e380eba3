/** The family rooms of a cell on the embedded database, with a clock that stands, a toy's line that obeys, and letters that are read. */
import { accountTag, fromHex, macKey, pairProof, pairingCodeHash, toHex } from "@bearlink/sdk/protocol";
import type { Ack } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { sqlChildren } from "../../../server/adapters/sql/children.ts";
import { sqlConversations } from "../../../server/adapters/sql/conversations.ts";
import { sqlConsents } from "../../../server/adapters/sql/consents.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { sqlOwnership } from "../../../server/adapters/sql/ownership.ts";
import { sqlPairings } from "../../../server/adapters/sql/pairing.ts";
import { sqlRetention } from "../../../server/adapters/sql/retention.ts";
import { sqlToys } from "../../../server/adapters/sql/toys.ts";
import { readConfig } from "../../../server/config.ts";
import { addChild } from "../../../server/family/child.ts";
import { askConsent, confirmByForm } from "../../../server/family/consent/consent.ts";
import { nextConsent } from "../../../server/family/consent/states.ts";
import { openFamilies } from "../../../server/main/families.ts";
import { sealContext } from "../../../server/ports.ts";
import type { Bus, FamilyMessage, FamilyVault, ThirdParty } from "../../../server/ports.ts";
import { fakePhrases } from "../../support/voice.ts";
import { bear, house } from "../claim/support.ts";
import type { Bear } from "../claim/support.ts";

export const CARD_KEY = "ab".repeat(32);
export const CODE = "0123456789ABCDEFGHJKMNPQRS";
const MODELS: ThirdParty[] = [
  { recipient: "speech_in", name: "ears.example whisper" },
  { recipient: "chat", name: "thoughts.example gpt" },
];

let made = 0;

export interface Told {
  deviceId: string;
  kind: string;
  fields: Record<string, unknown>;
}

/** `thirdParties`: as they are configured now. `bus`, `familyVault`: another cell's, which this one shares. */
export function familyHouse(
  database: Database,
  {
    thirdParties = MODELS,
    mail = true,
    bus = undefined as Bus | undefined,
    familyVault = undefined as FamilyVault | undefined,
  } = {},
) {
  const toys = sqlToys(database);
  const at = house({ toys, ...(bus && { bus }) });
  const letters: { accountId: string; code?: string }[] = [];
  const told: Told[] = [];
  const said: string[] = [];
  const here = new Set<string>();
  /** how toys answer, by kind of command; undefined is no answer */
  const answers: Record<string, Ack | undefined> = {};
  const ended: string[] = [];
  const shown: FamilyMessage[] = [];
  const families = openFamilies(
    readConfig({ CONSENT_CARD_URL: "https://cards.example.org/consent", CONSENT_CARD_KEY: CARD_KEY }),
    {
      ...at.ports,
      ...(familyVault && { familyVault }),
      children: sqlChildren(database),
      consents: sqlConsents({ db: database.db, next: nextConsent }),
      conversations: sqlConversations(database),
      retention: sqlRetention(database),
      pairings: sqlPairings(database),
      ownership: sqlOwnership(database),
      counters: at.stores.counters,
      feed: { tell: (_accountId, message) => void shown.push(message) },
      status: { joined() {}, left() {}, changed() {}, telemetry() {} },
      voices: {
        thirdParties,
        ports: {
          phrases: { ...fakePhrases, sound: (name: string) => Buffer.from(`[${name}]`), words },
        } as never,
      },
      letters: mail
        ? {
            code: async (accountId, code) => void letters.push({ accountId, code }),
            granted: async (accountId) => void letters.push({ accountId }),
          }
        : undefined,
      line: {
        isHere: (deviceId) => here.has(deviceId),
        async command(deviceId, kind, _ttlS, fields) {
          told.push({ deviceId, kind, fields });
          return kind in answers ? answers[kind] : { id: told.length, ok: true };
        },
        async say(_deviceId, sound) {
          said.push(Buffer.from(sound).toString());
          return true;
        },
      },
    },
  );
  return { at, database, toys, families, letters, told, said, shown, here, answers, ended };
}

function words(words: readonly string[]): Uint8Array {
  return Buffer.from(` ${words.join(" ")} `);
}

export type FamilyHouse = ReturnType<typeof familyHouse>;

/** An account that nobody had before. */
export async function newAccount({ database, at }: FamilyHouse): Promise<string> {
  const id = `account-${++made}`;
  await database.db.insertInto("accounts").values({ id, created_at: at.clock.now() }).execute();
  return id;
}

/** A child of it, and where asked a consent to all there is. */
export async function newChild(home: FamilyHouse, accountId: string, consented = true): Promise<string> {
  const { consent, children } = home.families;
  const { childId } = await addChild(
    children,
    { accountId, address: "::1" },
    {
      nickname: "Pip",
      birthMonth: "2021-04",
      language: "en",
      voice: undefined,
      interests: ["trains"],
      quietHours: undefined,
      filter: "strict",
      topicsOff: [],
      retentionDays: 30,
      keepsTranscripts: true,
    },
  );
  if (consented) {
    const { parts, version: noticeVersion } = consent.notice.in("en");
    const recipients = parts.map(({ recipient }) => recipient);
    const wish = { method: "form" as const, recipients, noticeVersion };
    const { requestId } = await askConsent(consent, { accountId, address: "::1" }, childId, wish);
    await confirmByForm(consent, { requestId, reference: "1" }, { actor: "key:0a1b2c3d", address: "::1" });
  }
  return childId;
}

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

export interface TestToy extends Bear {
  sessionId: string;
  /** A PAIR_ACCEPT as this toy would send it. */
  accept(
    windowId: string,
    accountId: string,
    change?: { sessionId?: string; deviceId?: string },
  ): {
    window_id: string;
    proof_hex: string;
  };
}

/** A toy with a session and a line to this cell, that is nobody's. */
export async function newToy({ toys, at, here }: FamilyHouse): Promise<TestToy> {
  const number = String(++made).padStart(16, "0");
  const toy = bear(`bear-${[...number].map((digit) => BASE32[Number(digit)]).join("")}`);
  const { deviceId } = toy;
  const sessionId = toHex(at.ports.chance.bytes(8));
  await toys.add({
    deviceId,
    sealedPrk: at.vault.seal(toy.prk, sealContext.prk(deviceId)),
    pairingCodeHash: pairingCodeHash(systemHash, CODE),
  });
  const claim = { boot: 1, seq: 0, sessionId, firmwareVersion: "1.0.0", at: at.clock.now() };
  await toys.acceptClaim(deviceId, claim, false);
  here.add(deviceId);
  return {
    ...toy,
    sessionId,
    accept(windowId, accountId, change = {}) {
      const id = fromHex(windowId, 16)!;
      const proof = pairProof(
        systemHash,
        macKey(systemHash, toy.auth),
        change.deviceId ?? deviceId,
        id,
        accountTag(systemHash, accountId, id),
        fromHex(change.sessionId ?? sessionId, 8)!,
      );
      return { window_id: windowId, proof_hex: toHex(proof) };
    },
  };
}
