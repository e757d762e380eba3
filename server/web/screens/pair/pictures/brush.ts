/** The brush of the pictures: a few colours, and flat shapes on a sheet of 48 by 48. */

const COLOURS = {
  red: "#d5473a",
  orange: "#ec8730",
  amber: "#d99a4e",
  yellow: "#f2c036",
  lime: "#97c765",
  green: "#4b9a55",
  forest: "#2d6a43",
  sky: "#a4d0f0",
  blue: "#4a8bd0",
  navy: "#2d578c",
  violet: "#8760b4",
  pink: "#ee9bb0",
  white: "#ffffff",
  pale: "#cfd6de",
  grey: "#8d98a5",
  cream: "#efd2a3",
  tan: "#b07a45",
  brown: "#6d4425",
  ink: "#2c2118",
} as const;

/** With a width it is a stroke, else it is filled; `both`: once more, mirrored. */
export interface Shape {
  colour: string;
  d: string;
  width?: number;
  both?: boolean;
}

type Colour = keyof typeof COLOURS;

export const fill = (colour: Colour, ...d: string[]): Shape => ({ colour: COLOURS[colour], d: d.join("") });
export const both = (colour: Colour, ...d: string[]): Shape => ({ ...fill(colour, ...d), both: true });
export const line = (colour: Colour, width: number, ...d: string[]): Shape => ({
  ...fill(colour, ...d),
  width,
});
export const bothLines = (colour: Colour, width: number, ...d: string[]): Shape => ({
  ...line(colour, width, ...d),
  both: true,
});
export const oval = (x: number, y: number, rx: number, ry: number): string =>
  `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
export const dot = (x: number, y: number, r: number): string => oval(x, y, r, r);
export const box = (x: number, y: number, w: number, h: number, r = 0): string =>
  `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}Z`;
/** two eyes that look ahead */
export const eyes = (x: number, y: number, apart: number, r = 1.7): Shape =>
  fill("ink", dot(x - apart, y, r), dot(x + apart, y, r));
export const wideEyes = (x: number, y: number, apart: number, r: number): Shape[] => [
  fill("white", dot(x - apart, y, r), dot(x + apart, y, r)),
  eyes(x, y, apart, r / 2),
];
