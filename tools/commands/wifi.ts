/** `bear wifi`: a toy learns the network it is to join. */
import { command } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { portOf, portOption } from "../flash/ports.ts";
import { readToyFile } from "../toy-file.ts";

export const wifi = command<{ toy: string; wifi: string; port?: string }>({
  name: "wifi",
  about: "tell a toy its Wi-Fi over USB, under the seal of its pairing code (not tried on hardware)",
  options: [
    { flags: "--toy <file>", about: "the toy's file", required: true },
    { flags: "--wifi <name>", about: "the network; its password is read from WIFI_PASSWORD", required: true },
    portOption,
  ],
  example: "WIFI_PASSWORD=… bear wifi --toy toy.json --port /dev/ttyUSB0 --wifi Nursery",
  async run({ env, terminal }, { toy: path, wifi: ssid, port: given }) {
    const toy = readToyFile(path);
    const password = env.WIFI_PASSWORD;
    if (password === undefined)
      throw new Fault(
        "WIFI_PASSWORD is not set: put the network's password there; empty where it has none",
        EXIT.USAGE,
      );
    const { encodeWifi } = await import("@bearlink/sdk/provisioning");
    if (!encodeWifi({ ssid, password }))
      throw new Fault("a Wi-Fi has a name of 1-32 bytes, and no password or one of 8-63", EXIT.USAGE);
    const port = await portOf(given);
    const { openLine } = await import("../flash/line.ts");
    const { tellWifiOver } = await import("../flash/wifi.ts");
    const line = await openLine(port);
    try {
      await terminal.steps([
        {
          title: `${toy.device_id} learns its Wi-Fi`,
          run: (tell) => tellWifiOver(line, toy, { ssid, password }, { tell }),
        },
      ]);
    } finally {
      await line.close();
    }
    terminal.answer({ device_id: toy.device_id, port, ssid }, `${toy.device_id} joins ${ssid}.`);
  },
});
