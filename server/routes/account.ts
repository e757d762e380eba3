/** What the routes of accounts share: the forms of their fields, and how a sign-in is answered. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { MAX_DEVICE_CHARS, MAX_EMAIL_CHARS, MAX_NAME_CHARS } from "../bounds.ts";
import { Refusal } from "../errors.ts";
import type { AccountDesk, From } from "../family/account/desk.ts";
import { emailOf } from "../family/account/email.ts";
import { SECRET_FORM } from "../family/account/links.ts";
import type { SignedIn } from "../family/account/session.ts";
import { LANGUAGES } from "../ports.ts";
import type { Account, ParentPrincipal } from "../ports.ts";
import { refreshCookie } from "./cookie.ts";

export interface AccountRoutePorts {
  desk: AccountDesk;
  /** undefined in development: then the site is the host that was asked for */
  publicUrl: string | undefined;
}

export const email = z
  .string()
  .max(MAX_EMAIL_CHARS + 2)
  .transform((text, context) => {
    const email = emailOf(text);
    if (email !== undefined) return email;
    context.addIssue({ code: "custom", message: "not an address of mail" });
    return z.NEVER;
  });
/** Longer than any that is taken: how long one may be, the account's room says. */
export const password = z.string().min(1).max(512);
export const secret = z.string().regex(SECRET_FORM, "not a key of a link");
export const personName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME_CHARS)
  .regex(/^\P{C}+$/u, "holds control characters");

/** What mails to a person are to be in; where they say nothing, what their browser says. */
export const mailLanguage = z.enum(LANGUAGES).optional();

export const accountAnswer = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(["parent", "guardian"]),
  /** whose children and toys this person sees */
  family_id: z.string(),
  created_at: z.string(),
});

export function tellAccount(account: Account): z.infer<typeof accountAnswer> {
  const { id, email, name, guardianOf, createdAt } = account;
  return {
    id,
    email,
    name,
    role: guardianOf === undefined ? "parent" : "guardian",
    family_id: guardianOf ?? id,
    created_at: new Date(createdAt).toISOString(),
  };
}

export const sessionAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  /** s */
  expires_in: z.int(),
  account: accountAnswer,
});

/** The access token in the body, for the page's memory; the refresh token in a cookie, which no script reads. */
export function answerSignIn(
  { clock }: AccountDesk,
  reply: FastifyReply,
  { account, accessToken, expiresIn, refreshToken, refreshExpiresAt }: SignedIn,
): z.infer<typeof sessionAnswer> {
  void reply.header("set-cookie", refreshCookie(refreshToken, (refreshExpiresAt - clock.now()) / 1000));
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: expiresIn,
    account: tellAccount(account),
  };
}

export function fromOf(request: FastifyRequest): From {
  const said = request.headers["user-agent"] ?? "";
  const device = said.replace(/[^\x20-\x7e]/g, "").slice(0, MAX_DEVICE_CHARS) || "unknown";
  return { address: request.clientAddress, device };
}

/** Of routes whose class is `parent`. */
export function parentOf({ principal }: FastifyRequest): ParentPrincipal {
  if (principal.kind !== "parent") throw new Refusal("UNAUTHORIZED");
  return principal;
}
