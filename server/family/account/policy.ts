/** Who may do what, in one table; whatever is not in it is refused. MISSION C43 */
import type { Capability, Principal, SessionRole } from "../../ports.ts";

/** A toy has no role: it claims. `admin` runs the cell; until keys have scopes (MISSION B15) its key is the developer key. */
export type Role = SessionRole | "admin" | "developer" | "metrics";

export const policy: Record<Capability, readonly Role[]> = {
  /** one's own name, password, passkeys and sessions, and to leave */
  "account.own": ["parent", "guardian"],
  /** children, toys, consents, conversations, reports */
  "family.read": ["parent", "guardian", "support"],
  "family.change": ["parent"],
  /** a copy of everything */
  "family.take": ["parent"],
  /** who did what, and from where */
  "family.trail": ["parent"],
  "audit.read": ["admin"],
  /** make toys, look at telemetry, try things out in development */
  "cell.operate": ["developer", "admin"],
  /** set what a family may use */
  "cell.entitle": ["admin"],
  "cell.metrics": ["metrics", "developer", "admin"],
  "support.open": ["admin"],
  /** disclosures that no account may see */
  "safety.review": ["admin"],
};

/** A person's session is one role; the cell's own key is the developer's and the admin's. */
export function rolesOf(principal: Principal): readonly Role[] {
  if (principal.kind === "none") return [];
  if (principal.kind === "parent") return [principal.role];
  return principal.kind === "developer" ? ["developer", "admin"] : ["metrics"];
}

export function may(principal: Principal, capability: Capability): boolean {
  return rolesOf(principal).some((role) => policy[capability].includes(role));
}
