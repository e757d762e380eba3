/** Who a client says it is: the three fields of its CONNECT, decoded once. Whether it is that toy, the server's `admit` answers. PROTOCOL.md §4.2 */
import { fromHex, isDeviceId, SESSION_ID_BYTES } from "@bearlink/sdk/protocol";

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

/** The fields of a CONNECT as MQTT hands them over. */
export interface ConnectFields {
  clientId: string;
  username?: string | undefined;
  password?: Uint8Array | undefined;
}

const PASSWORD_BYTES = 24;
const MAX_U32 = 0xffffffff;

/** `DEVICE_ID:SESSION_ID_HEX:n` and its password, or undefined where one is not of its form or the clientId is another's: CONNACK 4. */
export function decodeCredentials(fields: ConnectFields, address: string): Credentials | undefined {
  const [deviceId, sessionId, digits, ...more] = (fields.username ?? "").split(":");
  const password = Buffer.from(fields.password ?? []).toString("latin1");
  if (more.length > 0 || !isDeviceId(deviceId) || fields.clientId !== deviceId) return undefined;
  if (!sessionId || !fromHex(sessionId, SESSION_ID_BYTES) || !fromHex(password, PASSWORD_BYTES))
    return undefined;
  if (!digits || !/^[1-9][0-9]{0,9}$/.test(digits) || Number(digits) > MAX_U32) return undefined;
  return { deviceId, sessionId, n: Number(digits), password, address };
}
