/** The refresh cookie: of this host alone, out of reach of scripts, and believed only from the app's own pages. */
import type { FastifyRequest } from "fastify";
import { Refusal } from "../errors.ts";
import { SECRET_FORM } from "../family/account/links.ts";
import type { Site } from "../ports.ts";

/** `__Host-`: browsers take it with Secure, for `/`, from this very host and no neighbour's. They count http://localhost as secure. */
const NAME = "__Host-bearlink-refresh";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict";

export function refreshCookie(token: string, seconds: number): string {
  return `${NAME}=${token}; ${ATTRIBUTES}; Max-Age=${Math.max(0, Math.floor(seconds))}`;
}

export const NO_REFRESH_COOKIE = `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;

/** The token of a request's cookies; undefined where there is none, or more than one. */
export function refreshTokenOf(request: FastifyRequest): string | undefined {
  const values = (request.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  return values.length === 1 && SECRET_FORM.test(values[0]!) ? values[0] : undefined;
}

/** Where the app stands for this request: as configured, else, in development, at the host that was asked for. */
export function siteOf(publicUrl: string | undefined, request: FastifyRequest): Site {
  // the door has checked the host
  const url = new URL(publicUrl ?? `http://${request.headers.host}`);
  return { origin: url.origin, name: url.hostname };
}

/** Refuses what a browser sends for another site's page. `needed`: also what no browser's page has sent. */
export function refuseForeign(request: FastifyRequest, site: Site, needed: boolean): void {
  const { origin } = request.headers;
  if (origin === undefined ? needed : origin !== site.origin) throw new Refusal("FORBIDDEN");
}
