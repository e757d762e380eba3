/** How a parent proves that a parent consents: a code by mail and a second mail, a card transaction, or a form that the operator has in hand. 16 CFR 312.5(b) */
import { lp, macKey, mac, sameBytes, toHex, u32, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { CARD_MESSAGE_MS, CONSENT_FORM_MS, CONSENT_REQUEST_MS } from "../../bounds.ts";
import type { Chance, ConsentMethodName } from "../../ports.ts";

/** What a request begins with, by its method. */
export interface Beginning {
  /** ms it waits for its proof */
  lifeMs: number;
  /** to be mailed; only its hash is kept */
  code?: string;
  /** where the parent goes on */
  url?: string;
}

export interface ConsentMethod {
  name: ConsentMethodName;
  begin(requestId: string): Beginning;
}

export interface CardSettings {
  /** the service's page; it is told the request */
  url: string;
  /** what the service signs its messages with */
  key: Uint8Array;
}

const CODE_DIGITS = 8;

/** Eight digits, each as likely as the next. */
function makeCode(chance: Chance): string {
  let code = "";
  while (code.length < CODE_DIGITS)
    for (const byte of chance.bytes(CODE_DIGITS))
      if (byte < 250 && code.length < CODE_DIGITS) code += String(byte % 10);
  return code;
}

/** Those that this server can offer: mail and card only where there is a service for them. */
export function consentMethods(
  { chance }: { chance: Chance },
  offered: { mail: boolean; card: CardSettings | undefined },
): readonly ConsentMethod[] {
  const { mail, card } = offered;
  const methods: ConsentMethod[] = [{ name: "form", begin: () => ({ lifeMs: CONSENT_FORM_MS }) }];
  if (card)
    methods.unshift({
      name: "card",
      begin(requestId) {
        const url = new URL(card.url);
        url.searchParams.set("request", requestId);
        return { lifeMs: CONSENT_REQUEST_MS, url: url.href };
      },
    });
  if (mail)
    methods.unshift({
      name: "email_plus",
      begin: () => ({ lifeMs: CONSENT_REQUEST_MS, code: makeCode(chance) }),
    });
  return methods;
}

/** What a card service says when a parent has paid, or has shown that they can. */
export interface CardMessage {
  requestId: string;
  transactionId: string;
  /** epoch s at which it was signed */
  at: number;
  /** 64 hex: MAC(key, "consent-card", request, transaction, u32 at) */
  signature: string;
}

export function cardSignature(
  hash: Hash,
  key: Uint8Array,
  message: Omit<CardMessage, "signature">,
): Uint8Array {
  const { requestId, transactionId, at } = message;
  return mac(hash, macKey(hash, key), [utf8("consent-card"), utf8(requestId), utf8(transactionId), u32(at)]);
}

/** Whether the service said it, and said it just now. */
export function isFromCardService(
  hash: Hash,
  { key }: CardSettings,
  message: CardMessage,
  nowMs: number,
): boolean {
  const fresh = Math.abs(nowMs - message.at * 1000) <= CARD_MESSAGE_MS;
  const right = sameBytes(utf8(toHex(cardSignature(hash, key, message))), utf8(message.signature));
  return right && fresh;
}

/** SHA-256 of a code for one request: the same digits for another are another hash. */
export function codeHash(hash: Hash, requestId: string, code: string): Uint8Array {
  return hash.sha256(lp([utf8("consent-code"), utf8(requestId), utf8(code)]));
}
