/** An address that mail goes to: one form for each, and nothing in it that a mail's head could be broken with. */
import { MAX_EMAIL_CHARS } from "../../bounds.ts";

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 5321 §4.5.3.1.1 */
const MAX_LOCAL_CHARS = 64;

/** In lower case, or undefined where it is not an address of RFC 5321's plain form. */
export function emailOf(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  if (email.length > MAX_EMAIL_CHARS) return undefined;
  const at = email.lastIndexOf("@");
  const local = email.slice(0, at);
  const fits =
    at > 0 && local.length <= MAX_LOCAL_CHARS && LOCAL.test(local) && DOMAIN.test(email.slice(at + 1));
  return fits ? email : undefined;
}
