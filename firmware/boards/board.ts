/** The board this program is built for: the build puts the file named by `--board` in this one's place. */
export { BOARD } from "./esp32-classic.ts";
