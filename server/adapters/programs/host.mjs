/** A small process that starts programs for the cell, each with ends of the cell's own sockets as its stdin and stdout. Plain JavaScript: what it loads, every fork of it copies. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** characters of a request: a program's path and its arguments */
const MOST_CHARS = 16_384;
const [, , address] = process.argv;
/** those that run, by their number */
const programs = new Map();
/** sockets whose other has not come yet, likewise */
const halves = new Map();

// a cell that was killed hears nothing more, and is not known to be gone yet
const tell = (message) => process.connected && process.send(message, () => undefined);

/** Until it is told that its program runs, the cell writes nothing behind its request: the sound is the program's to read. */
function take(socket) {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("error", () => undefined);
  socket.on("data", (piece) => {
    text += piece;
    if (text.length > MOST_CHARS) return socket.destroy();
    if (text.endsWith("\n")) join(socket, JSON.parse(text));
  });
}

/** A program has two sockets: closed with something unread, a single one would lose what the program wrote last. */
function join(socket, { id, end, path, args }) {
  const other = halves.get(id);
  if (!other) return void halves.set(id, { [end]: socket });
  halves.delete(id);
  start({ ...other, [end]: socket }, id, path, args);
}

function start({ stdin, stdout }, id, path, args) {
  let child;
  try {
    child = spawn(path, args, { stdio: [stdin, stdout, "ignore"] });
  } catch (error) {
    return tell({ id, fault: error.code ?? "unknown" });
  } finally {
    stdin.destroy(); // they are the program's now
    stdout.destroy();
  }
  child.once("spawn", () => {
    programs.set(id, child);
    tell({ id, started: true });
  });
  child.once("error", ({ code }) => tell({ id, fault: code }));
  child.once("exit", (code, signal) => {
    programs.delete(id);
    tell({ id, code, signal });
  });
}

process.on("message", ({ kill }) => programs.get(kill)?.kill("SIGKILL"));
process.on("disconnect", () => {
  for (const child of programs.values()) child.kill("SIGKILL");
  process.exit();
});
// Ctrl-C reaches every process of a terminal; this one ends with the cell, after the turns that still run
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
createServer(take).listen(address, () => tell({ ready: true }));
