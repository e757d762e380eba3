/** The doors of a shipped toy: no console, no telnet, no Bluetooth; shut at each start, and looked at again. */

/** Whether all are shut now. Bluetooth is switched off for good, which starts the chip again. */
export function shutDoors(): boolean {
  E.setConsole(null, { force: true });
  try {
    (espruino("TelnetServer") as { setOptions(options: object): void }).setOptions({ mode: "off" });
  } catch {
    // a build without it
  }
  if (ESP32.getState().BLE) ESP32.enableBLE(false);
  return E.getConsole() === null && !ESP32.getState().BLE;
}
