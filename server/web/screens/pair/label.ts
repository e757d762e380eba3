/** What a bear's label says: in its QR code, in the address that the code opens, or typed by hand. PROTOCOL.md §2 */
import { isDeviceId, isPairingCode } from "@bearlink/sdk/protocol";

export interface Label {
  deviceId: string;
  code: string;
}

/** Typed in groups, in small letters; undefined where it is none. */
export function codeOf(text: string): string | undefined {
  const code = text.replace(/[\s-]/g, "").toUpperCase();
  return isPairingCode(code) ? code : undefined;
}

export function deviceIdOf(text: string): string | undefined {
  const id = text.trim().toLowerCase();
  return isDeviceId(id) ? id : undefined;
}

/** `DEVICE_ID.PAIRING_CODE`, as it stands after the `#`. */
export function labelOf(fragment: string): Label | undefined {
  const [id, code, ...more] = fragment.split(".");
  const deviceId = deviceIdOf(id ?? "");
  const pairingCode = codeOf(code ?? "");
  if (deviceId === undefined || pairingCode === undefined || more.length > 0) return undefined;
  return { deviceId, code: pairingCode };
}

/** Of a QR code: whatever host printed it, what follows `/pair#` is the label. */
export function scannedLabel(text: string): Label | undefined {
  const fragment = /^https?:\/\/[^/]+\/pair#(\S{1,100})$/.exec(text)?.[1];
  return fragment === undefined ? undefined : labelOf(fragment);
}
