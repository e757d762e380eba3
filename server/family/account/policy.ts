/** Who may do what, in one table; whatever is not in it is refused. MISSION C43 */
import { SCOPES } from "../../ports.ts";
import type { Capability, ParentPrincipal, Principal, Scope, SessionRole } from "../../ports.ts";

/** A toy has no role: it claims. The roles of a key are its scopes; the cell's own key has all of them. MISSION B15 */
export type Role = SessionRole | Scope | "metrics";

export const policy: Record<Capability, readonly Role[]> = {
  /** one's own name, password, passkeys and sessions, and to leave */
  "account.own": ["parent", "guardian"],
  /** children, toys, consents, conversations, reports */
  "family.read": ["parent", "guardian", "support"],
  /** that an alert was read: the family's own word, which no visit gives in its place */
  "family.mark": ["parent", "guardian"],
  "family.change": ["parent"],
  /** a copy of everything */
  "family.take": ["parent"],
  /** who did what, and from where */
  "family.trail": ["parent"],
  "audit.read": ["audit:read", "admin"],
  /** make keys that may no more, see them and end them */
  "keys.manage": SCOPES,
  "toys.provision": ["devices:provision", "admin"],
  "toys.look": ["telemetry:read", "admin"],
  /** try things out, in development */
  "turns.simulate": ["conversations:simulate", "admin"],
  "updates.look": ["firmware:publish", "devices:read", "admin"],
  "updates.publish": ["firmware:publish", "admin"],
  /** all else that is the operator's */
  "cell.operate": ["admin"],
  /** set what a family may use */
  "cell.entitle": ["admin"],
  "cell.metrics": ["metrics", "telemetry:read", "admin"],
  "support.open": ["admin"],
  /** disclosures that no account may see */
  "safety.review": ["admin"],
};

/** A person's session is one role; a key has as many as it has scopes. */
export function rolesOf(principal: Principal): readonly Role[] {
  if (principal.kind === "none") return [];
  if (principal.kind === "parent") return [principal.role];
  return principal.kind === "developer" ? principal.scopes : ["metrics"];
}

export function may(principal: Principal, capability: Capability): boolean {
  return rolesOf(principal).some((role) => policy[capability].includes(role));
}

/** As the trail names whoever is signed in: a guardian by themselves, support by its visit. */
export function personActor({
  personId,
  sessionId,
  role,
}: Pick<ParentPrincipal, "personId" | "sessionId" | "role">): string {
  return role === "support" ? `support:${sessionId}` : personId;
}
