/** Who a client says it is, decoded once from its CONNECT; and whether it is that toy, which the server knows. PROTOCOL.md §4.2 */
import { fromHex, isDeviceId, SESSION_ID_BYTES } from "@bearlink/sdk/protocol";
import type { Clock } from "./line.ts";

export interface Credentials {
  deviceId: string;
  /** hex */
  sessionId: string;
  /** u32, from 1 */
  n: number;
  /** 48 characters of hex */
  password: string;
  /** of the client, for the log */
  address: string;
}

/** CONNACK 0, 4 and 3. */
export type Admission =
  { verdict: "accepted"; up: string; down: string } | { verdict: "refused" } | { verdict: "unavailable" };

/** The fields of a CONNECT as MQTT hands them over. */
export interface ConnectFields {
  clientId: string;
  username?: string | undefined;
  password?: Uint8Array | undefined;
}

/** ms an admission may take */
const ADMIT_MS = 5_000;
const PASSWORD_BYTES = 24;
const MAX_U32 = 0xffffffff;

/** `DEVICE_ID:SESSION_ID_HEX:n` and its password, or undefined where one is not of its form or the clientId is another's: CONNACK 4. */
export function decodeCredentials(fields: ConnectFields, address: string): Credentials | undefined {
  const [deviceId, sessionId = "", digits = "", ...more] = (fields.username ?? "").split(":");
  const password = Buffer.from(fields.password ?? []).toString("latin1");
  if (more.length > 0 || !isDeviceId(deviceId) || fields.clientId !== deviceId) return undefined;
  if (!fromHex(sessionId, SESSION_ID_BYTES) || !fromHex(password, PASSWORD_BYTES)) return undefined;
  if (!/^[1-9][0-9]{0,9}$/.test(digits) || Number(digits) > MAX_U32) return undefined;
  return { deviceId, sessionId, n: Number(digits), password, address };
}

/** What the server says of these credentials; `unavailable` where it cannot, or has not in time. */
export function askServer(
  admit: (credentials: Credentials) => Promise<Admission>,
  credentials: Credentials,
  clock: Clock,
): Promise<Admission> {
  return new Promise((resolve) => {
    const unavailable = () => resolve({ verdict: "unavailable" });
    const cancel = clock.after(ADMIT_MS, unavailable);
    void Promise.resolve(credentials).then(admit).then(resolve, unavailable).finally(cancel);
  });
}
