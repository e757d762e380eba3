#!/usr/bin/env node
/** `bear`: Bearlink's one command line. TypeScript is read as it stands, so that a clone needs no build. */
import { register } from "tsx/esm/api";

register();
const { bear } = await import("./bear.ts");
process.exitCode = await bear(process.argv.slice(2));
