/** The app's files as they were built, read once at the start: what is asked for later is looked up in a table, and never on the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { createHash } from "node:crypto";
import type { WebFile } from "../ports/web.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Undefined where nothing was built. Files of no known type are not served. */
export function readWebFiles(folder: string): WebFile[] | undefined {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (!names.includes("/index.html")) return undefined;
  return names.sort().map((path) => {
    const identity = readFileSync(folder + path);
    const digest = createHash("sha256").update(identity).digest("base64url").slice(0, 22);
    const br = readOptional(`${folder}${path}.br`);
    const gzip = readOptional(`${folder}${path}.gz`);
    return {
      path,
      type: TYPES[extname(path)]!,
      immutable: path.startsWith("/assets/"),
      etag: `"${digest}"`,
      bodies: { identity, ...(br && { br }), ...(gzip && { gzip }) },
    };
  });
}
