/** A toy without a network takes one over its serial line: a line of JSON, and nothing else. */
import { WIFI_FILE } from "../record.ts";
import type { WifiFile } from "../record.ts";
import { storage } from "./storage.ts";

const BAUD = 115_200;
const MAX_LINE = 256;

function keep(line: string): void {
  try {
    const wifi = JSON.parse(line) as WifiFile;
    if (typeof wifi.ssid !== "string" || typeof wifi.password !== "string") return;
    storage.write(WIFI_FILE, JSON.stringify({ ssid: wifi.ssid, password: wifi.password }));
    E.reboot();
  } catch {
    // the next line may be one
  }
}

export function awaitNetwork(): void {
  let line = "";
  Serial1.setup(BAUD);
  Serial1.on("data", (text) => {
    line += text;
    const end = line.indexOf("\n");
    if (end >= 0) keep(line.substr(0, end));
    if (end >= 0 || line.length > MAX_LINE) line = "";
  });
}
