/** Every route of the API in one sentence, by what it is about, and what it refuses beside what its classes do. A test holds this table equal to the routes. MISSION B32 */
import type { RefusalCode } from "../../errors.ts";

export type Said = readonly [sentence: string, ...refuses: RefusalCode[]];

export interface Section {
  title: string;
  about: string;
  routes: Readonly<Record<string, Said>>;
}

export const SECTIONS: readonly Section[] = [
  {
    title: "Signing in",
    about:
      "An access token of fifteen minutes in the answer, and a refresh token in a cookie that no script reads.",
    routes: {
      "POST /api/v1/auth/register": ["Asks for an account: a mail with a link is sent."],
      "POST /api/v1/auth/verify": [
        "Opens the account that the link of a mail is for, and signs in.",
        ...(["LINK_REFUSED", "SIGN_IN_REFUSED"] as const),
      ],
      "POST /api/v1/auth/login": ["Signs in with a password.", "SIGN_IN_REFUSED"],
      "POST /api/v1/auth/refresh": [
        "Exchanges the refresh cookie for a new access token, and for a new cookie.",
        "UNAUTHORIZED",
      ],
      "POST /api/v1/auth/logout": [
        "Ends the session that the cookie or the token is of, and its live feed with it.",
        "UNAUTHORIZED",
      ],
      "POST /api/v1/auth/reset": ["Sends a mail with which a forgotten password is set anew."],
      "POST /api/v1/auth/reset/finish": ["Sets the password that the link of a mail is for.", "LINK_REFUSED"],
      "POST /api/v1/auth/password": [
        "Changes the password, and ends every session but a new one.",
        "SIGN_IN_REFUSED",
      ],
      "POST /api/v1/auth/invite": [
        "Opens a guardian's account by the link of their invitation, and signs in.",
        "LINK_REFUSED",
      ],
      "POST /api/v1/auth/passkeys/login/options": ["Begins a sign-in with a passkey."],
      "POST /api/v1/auth/passkeys/login": ["Signs in with a passkey.", "SIGN_IN_REFUSED"],
      "GET /api/v1/auth/passkeys": ["Tells one's passkeys."],
      "POST /api/v1/auth/passkeys/options": ["Begins to add a passkey.", "SIGN_IN_AGAIN"],
      "POST /api/v1/auth/passkeys": ["Adds a passkey.", "SIGN_IN_AGAIN", "SIGN_IN_REFUSED"],
      "DELETE /api/v1/auth/passkeys/:id": ["Removes a passkey.", "SIGN_IN_AGAIN"],
    },
  },
  {
    title: "One's account",
    about: "The person who is signed in, where else they are signed in, and what their family may use.",
    routes: {
      "GET /api/v1/me": ["Tells who is signed in."],
      "PATCH /api/v1/me": ["Changes one's name, or whether the weekly report comes by mail."],
      "DELETE /api/v1/me": [
        "Deletes the account and its family's data after thirty days, or at once with `grace=0`; a guardian leaves at once.",
        "SIGN_IN_AGAIN",
        "NOT_FOUND",
      ],
      "GET /api/v1/me/sessions": ["Tells where one is signed in; support's visits are there too."],
      "DELETE /api/v1/me/sessions": ["Signs out everywhere."],
      "DELETE /api/v1/me/sessions/:id": ["Ends one session."],
      "GET /api/v1/me/limits": ["Tells what the family may use, and has used this month.", "NOT_FOUND"],
      "PATCH /api/v1/me/limits": ["Sets the family's own cap on a month's tokens.", "NOT_FOUND"],
      "GET /api/v1/me/guardians": ["Tells who else looks after the family."],
      "POST /api/v1/me/guardians": [
        "Invites a guardian by mail; they read, and change nothing.",
        ...(["SIGN_IN_AGAIN", "GUARDIAN_LIMIT"] as const),
      ],
      "DELETE /api/v1/me/guardians/:id": ["Shuts a guardian out at once."],
    },
  },
  {
    title: "Children",
    about: "Who the bear talks with, what it may talk about, and how much.",
    routes: {
      "GET /api/v1/children": ["Tells the family's children."],
      "POST /api/v1/children": ["Adds a child.", "CHILD_LIMIT"],
      "GET /api/v1/children/:child_id": ["Tells one child."],
      "PATCH /api/v1/children/:child_id": ["Changes what is told of a child; `null` takes it back."],
      "DELETE /api/v1/children/:child_id": [
        "Deletes a child's data after thirty days, or at once with `grace=0`; the bear hears nobody from now on.",
        "SIGN_IN_AGAIN",
      ],
      "GET /api/v1/children/:child_id/consent": ["Tells what a parent consented to, for each recipient."],
      "POST /api/v1/children/:child_id/consent": [
        "Asks for consent; it stands once it is proven by mail, card or form.",
        "NOTICE_CHANGED",
      ],
      "POST /api/v1/children/:child_id/consent/confirm": [
        "Proves a consent by the code of a mail.",
        "CONSENT_REFUSED",
      ],
      "DELETE /api/v1/children/:child_id/consent": [
        "Takes consent back, of one recipient or of all; a turn under way stops.",
      ],
    },
  },
  {
    title: "Toys and pairing",
    about: "A family's bears: how each fares, and how one becomes theirs. The wire itself is PROTOCOL.md.",
    routes: {
      "GET /api/v1/toys": ["Tells the family's toys, and how each fares."],
      "GET /api/v1/toys/:device_id": ["Tells one toy."],
      "PATCH /api/v1/toys/:device_id": [
        "Names a toy, sets its volume, or switches its microphone off; an absent toy is told when it comes back.",
      ],
      "POST /api/v1/toys/:device_id/restore": [
        "Lifts the quarantine of a toy whose secret may have been copied.",
        "SIGN_IN_AGAIN",
      ],
      "POST /api/v1/toys/:device_id/unpair": ["Lets a toy go.", "SIGN_IN_AGAIN"],
      "POST /api/v1/toys/:device_id/transfer": [
        "Makes a code with which another family takes the toy.",
        "SIGN_IN_AGAIN",
      ],
      "POST /api/v1/toys/:device_id/transfer/accept": [
        "Takes over a toy by such a code.",
        ...(["PAIRING_REFUSED", "CONSENT_REQUIRED"] as const),
      ],
      "POST /api/v1/pair/windows": [
        "Opens a window of pairing by the code inside the toy; the toy says three words.",
        ...(["PAIRING_REFUSED", "CONSENT_REQUIRED", "NOT_FOUND"] as const),
      ],
      "GET /api/v1/pair/windows/:window_id": ["Tells how a window stands."],
      "POST /api/v1/pair/windows/:window_id/words": ["Picks the three words that the toy said."],
    },
  },
  {
    title: "Talks, the live feed and alerts",
    about: "What was said, where the family keeps it; what is going on; and what a parent should know.",
    routes: {
      "GET /api/v1/chatkit/sessions": ["Tells the family's conversations, the latest first."],
      "GET /api/v1/chatkit/sessions/:session_id": ["Tells one conversation, oldest message first."],
      "DELETE /api/v1/chatkit/sessions/:session_id": ["Deletes a conversation for good."],
      "POST /api/v1/live/tickets": [
        "Makes a ticket that opens the live feed at `/ws`, once, within thirty seconds.",
      ],
      "GET /api/v1/alerts": ["Tells what happened that a parent should know, the latest first."],
      "POST /api/v1/alerts/read": ["Marks alerts as read."],
      "GET /api/v1/reports": ["Tells the weeks of a family's children in numbers."],
    },
  },
  {
    title: "A family's data",
    about: "What is kept and for how long, taking it along, and having it deleted.",
    routes: {
      "GET /api/v1/privacy": ["Tells what is kept, for how long, and who else receives something of it."],
      "POST /api/v1/exports": ["Asks for a copy of all that is kept of the family.", "SIGN_IN_AGAIN"],
      "GET /api/v1/exports": ["Tells the copies that were asked for."],
      "GET /api/v1/exports/:id": ["Tells one copy."],
      "GET /api/v1/exports/:id/file": ["Hands out a copy's file."],
      "GET /api/v1/deletions": ["Tells the deletions that were asked for, with their receipts."],
      "DELETE /api/v1/deletions/:id": ["Calls a deletion off while it waits."],
      "GET /api/v1/audit/me": [
        "Tells what was done with the family's things, by whom and from where; support's visits too.",
      ],
      "GET /api/v1/audit/me/suspicious": ["Tells what of it looks odd."],
      "GET /api/v1/credentials": ["Tells the family's own keys to model services, without their values."],
      "POST /api/v1/credentials": [
        "Keeps a key of the family's own, which serves in place of the server's.",
        "CREDENTIAL_EXISTS",
      ],
      "POST /api/v1/credentials/:id/rotate": [
        "Puts a new value in a key's place; the former may serve on for a while.",
        "CREDENTIAL_CHANGED",
      ],
      "DELETE /api/v1/credentials/:id": ["Erases a key."],
    },
  },
  {
    title: "A toy's own routes",
    about: "What a toy asks without a parent: PROTOCOL.md §3, §9 and §10.",
    routes: {
      "POST /api/v1/esp32/challenge": ["Begins a claim; the answer is the same for a toy that nobody knows."],
      "POST /api/v1/pair/claim": [
        "Claims a session by the toy's proof, and proves the server to the toy.",
        ...(["CLAIM_REFUSED", "CLAIM_REPLAYED", "CLAIM_STALE", "TOY_DISABLED"] as const),
      ],
      "GET /api/v1/esp32/config": ["Tells what this server speaks."],
      "GET /api/v1/esp32/firmware": ["Tells the newest bundle that any toy may have.", "NOT_FOUND"],
      "GET /api/v1/esp32/firmware/:board/:file": ["Hands out a bundle."],
      "POST /api/v1/consent/card": [
        "Takes the signed word of a card service that a parent consented.",
        "CONSENT_REFUSED",
      ],
    },
  },
  {
    title: "Running a cell",
    about: "For whoever runs the server: toys, updates, families in need of help, and the server's own keys.",
    routes: {
      "POST /api/v1/toys": ["Makes a toy known, with its secret.", "TOY_EXISTS"],
      "GET /api/v1/esp32/private/telemetry": ["Tells what each toy on this cell's line last told of itself."],
      "GET /api/v1/updates": ["Tells the bundles that were published, and how toys take them."],
      "POST /api/v1/updates": [
        "Publishes a bundle.",
        ...(["WRONG_BOARD", "BAD_DIGEST", "BAD_SIGNATURE", "OLDER_VERSION"] as const),
      ],
      "PATCH /api/v1/updates/:board/:version": ["Stages a bundle, or holds it back."],
      "GET /api/v1/updates/offers/:device_id": ["Tells what a toy would be offered, or why nothing."],
      "POST /api/v1/consent/forms/:request_id": [
        "Records that a signed form of consent arrived.",
        "CONSENT_REFUSED",
      ],
      "POST /api/v1/support/visits": [
        "Looks into a family's settings for a quarter of an hour at most, in the parent's sight.",
        "NOT_FOUND",
      ],
      "GET /api/v1/safety/queue": ["Tells the disclosures that no account of the family may see."],
      "POST /api/v1/safety/queue/:id/done": ["Closes such a case."],
      "GET /api/v1/audit": ["Tells the audit trail of all, the latest first."],
      "GET /api/v1/audit/suspicious": [
        "Tells what of it looks odd: who failed often, or came from many places.",
      ],
      "GET /api/v1/audit/verification": ["Whether the trail holds: nothing in it edited, missing or moved."],
      "PUT /api/v1/admin/accounts/:account_id/tier": ["Sets a family's tier."],
      "GET /api/v1/keys": ["Tells the keys that the asking one made, and itself; an admin's all."],
      "POST /api/v1/keys": [
        "Makes a key that may no more and holds no longer than the asking one, and tells it this once.",
        "KEY_LIMIT",
        "FORBIDDEN",
      ],
      "GET /api/v1/keys/:id": ["Tells one of them."],
      "PATCH /api/v1/keys/:id": ["Changes its name or its end.", "FORBIDDEN"],
      "DELETE /api/v1/keys/:id": ["Ends it at once, and all that it made."],
      "GET /api/v1/tenant/credentials": [
        "Tells the server's own keys to model services, without their values.",
      ],
      "POST /api/v1/tenant/credentials": ["Keeps such a key.", "CREDENTIAL_EXISTS"],
      "POST /api/v1/tenant/credentials/:id/rotate": ["Puts a new value in its place.", "CREDENTIAL_CHANGED"],
      "DELETE /api/v1/tenant/credentials/:id": ["Erases it."],
    },
  },
  {
    title: "Watching, and this page",
    about: "Whether the server is up, what it has counted, and what it can be asked.",
    routes: {
      "GET /healthz": ["Whether the process answers; it asks nothing else."],
      "GET /health": ["The same, in the form that older monitors know."],
      "GET /readyz": ["Whether everything that the cell stands on answers, each in one word."],
      "GET /metrics": ["What was counted, as Prometheus reads it."],
      "GET /api/openapi.json": ["This API, as OpenAPI 3.1."],
      "GET /api/asyncapi.json": ["What a toy and the server say to each other over MQTT, as AsyncAPI 3."],
      "GET /api/docs": ["This API, to read."],
      "GET /api/docs.css": ["How that page looks."],
    },
  },
  {
    title: "Development",
    about: "These do not exist in production.",
    routes: {
      "POST /api/v1/dev/pair": ["Pairs a toy with the family of demonstration.", "PAIRING_REFUSED"],
      "GET /api/v1/dev/toys/:device_id/last-turn": ["Tells what was said in a toy's newest turn."],
      "GET /api/v1/dev/migrations": ["Tells how the database's schema stands."],
    },
  },
];

/** What the table says of a route, such as "GET /api/v1/me". */
export function saidOf(key: string): { section: string; said: Said } | undefined {
  const section = SECTIONS.find(({ routes }) => key in routes);
  return section && { section: section.title, said: section.routes[key]! };
}
