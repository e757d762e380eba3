/** The label inside a toy: its pairing code as a QR code, and in letters for who has no camera. PROTOCOL.md §2 */
import QRCode from "qrcode";
import { EXIT, Fault } from "../fault.ts";
import type { ToyFile } from "../toy-file.ts";

/** modules of white around a code, which its standard asks for */
const QUIET = 4;
/** mm, of the whole label */
const WIDTH = 50;
const HEIGHT = 64;
/** mm, of the code with its margin */
const CODE = 46;
/** pixels of a code's module in a PNG: sharp at 300 dpi and 46 mm */
const PNG_SCALE = 12;
/** survives a quarter of it worn off, inside a toy that is squeezed */
const LEVEL = "Q";

/** Where a phone that reads the code goes: what follows `#` never reaches a server. */
export function labelAddress({ device_id, pairing_code, url }: ToyFile, host = url): string {
  const base = URL.canParse(host) ? new URL(host) : undefined;
  if (!base || !/^https?:$/.test(base.protocol))
    throw new Fault(`${host} is not an address such as https://bears.example.org`, EXIT.USAGE);
  return `${base.origin}/pair#${device_id}.${pairing_code}`;
}

/** A code read in groups of letters is typed with fewer mistakes. */
const inGroups = (text: string): string[] => text.match(/.{1,5}/g)!;

export function labelSvg({ device_id, pairing_code }: ToyFile, address: string): string {
  const { modules } = QRCode.create(address, { errorCorrectionLevel: LEVEL });
  const side = modules.size + QUIET * 2;
  let dark = "";
  for (let y = 0; y < modules.size; y++)
    for (let x = 0; x < modules.size; x++)
      if (modules.get(y, x)) dark += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  const groups = inGroups(pairing_code);
  const lines = [
    { at: 51, size: 3, text: device_id },
    { at: 56, size: 3.4, text: groups.slice(0, 3).join(" ") },
    { at: 61, size: 3.4, text: groups.slice(3).join(" ") },
  ];
  const words = lines.map(
    ({ at, size, text }) => `<text x="${WIDTH / 2}" y="${at}" font-size="${size}">${text}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}mm" height="${HEIGHT}mm" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<title>${device_id}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<path transform="translate(${(WIDTH - CODE) / 2} 0) scale(${CODE / side})" d="${dark}" shape-rendering="crispEdges"/>`,
    `<g font-family="monospace" text-anchor="middle">${words.join("")}</g>`,
    "</svg>\n",
  ].join("\n");
}

/** The code alone. */
export function labelPng(address: string): Promise<Buffer> {
  return QRCode.toBuffer(address, { errorCorrectionLevel: LEVEL, margin: QUIET, scale: PNG_SCALE });
}
