/** How the app is built: hashed files, nothing inline, a service worker that knows them, and each file compressed beside itself. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

/** what is loaded when it is needed, and kept only then */
const ON_DEMAND = /node_modules\/(jsqr|uplot)\//;
const COMPRESSED = /\.(js|css|html|svg|webmanifest|json)$/;
/** bytes below which compression gains nothing */
const WORTHWHILE = 512;

/** After the build: the worker is told what the shell is made of, and what may travel compressed is compressed once. */
function finish(): Plugin {
  let outDir = "";
  let shell: string[] = [];
  return {
    name: "bearlink-finish",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    generateBundle(_options, bundle) {
      shell = Object.values(bundle)
        .filter((file) => file.type === "asset" || !file.moduleIds.some((id) => ON_DEMAND.test(id)))
        .map(({ fileName }) => `/${fileName}`)
        .filter((path) => /\.(js|css|woff2)$/.test(path))
        .sort();
    },
    closeBundle() {
      const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const version = createHash("sha256").update(shell.join("\n")).digest("hex").slice(0, 12);
      const worker = join(outDir, "sw.js");
      writeFileSync(
        worker,
        readFileSync(worker, "utf8")
          .replace('"__VERSION__"', JSON.stringify(version))
          // a chunk of style alone was taken out again: one file that is not there, and the worker keeps none
          .replace(
            '["__SHELL__"]',
            JSON.stringify(["/", ...shell.filter((path) => existsSync(outDir + path))]),
          ),
      );
      for (const path of files.filter((path) => COMPRESSED.test(path))) {
        const bytes = readFileSync(path);
        if (bytes.length < WORTHWHILE) continue;
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 10,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [finish()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the content policy knows no data: addresses
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // named for what they are: the size's test looks for them
        chunkFileNames: ({ name, moduleIds }) =>
          `assets/${name === "index" ? (/words\/(en|de)\/index/.exec(moduleIds.at(-1) ?? "")?.[1] ?? name) : name}-[hash].js`,
      },
    },
    reportCompressedSize: false,
    sourcemap: false,
  },
});
