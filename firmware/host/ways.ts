/** What a Wi-Fi may be told over: the serial line, and Bluetooth's UART where the build has one that is on. PROTOCOL.md §12.1 */

const BAUD = 115_200;
/** a hand on the console, which development gives back for */
const CTRL_C = "\x03";

export interface Way {
  send(line: string): void;
  close(): void;
}

/** `heard` is told what comes, in pieces. */
function openWay(device: EspruinoSerial, heard: (text: string, way: Way) => void): Way {
  const way: Way = {
    send: (line) => device.write(line + "\n"),
    close: () => device.removeAllListeners("data"),
  };
  device.on("data", (text) => heard(text, way));
  return way;
}

/** All there are. Not tried on hardware: Bluetooth. */
export function openWays(heard: (text: string, way: Way) => void): Way[] {
  Serial1.setup(BAUD);
  const ways = [openWay(Serial1, heard)];
  if (ESP32.getState().BLE && typeof Bluetooth !== "undefined") ways.push(openWay(Bluetooth, heard));
  return ways;
}

/** Whether a piece is somebody's wish to have the console: of a toy in development, which has one. */
export function wantsConsole(text: string): boolean {
  return !PRODUCTION && text.indexOf(CTRL_C) >= 0;
}

/** What comes is the setup's, and not the console's; the answer gives it back to whom it was taken from. */
export function takeConsole(): () => void {
  const former = E.getConsole();
  E.setConsole(null, { force: true });
  return () => {
    if (former !== null) E.setConsole(former);
  };
}
