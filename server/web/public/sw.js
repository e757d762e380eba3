/** The app's shell without a network: its own files are kept, and never what the API says. */
const version = "__VERSION__"; // the build puts its own here, and below what the shell is made of
const shell = ["__SHELL__"];
const name = `bearlink-${version}`;
// one name is one text: whatever else the answer might have varied with
const whatever = { ignoreVary: true };

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(name)
      .then((cache) => cache.addAll(shell))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((one) => one !== name).map((one) => caches.delete(one))))
      .then(() => self.clients.claim()),
  );
});

/** ms a network may take before it counts as away: some take everything and bring nothing */
const SLOWEST_MS = 5_000;

/** A page comes from the network; where that is away, or who is behind it, every page is the shell. */
async function page(request) {
  const asked = fetch(request);
  const slow = new Promise((resolve) => setTimeout(resolve, SLOWEST_MS));
  const answer = await Promise.race([asked, slow]).catch(() => undefined);
  if (answer && answer.status < 500) return answer;
  return (await caches.match("/", whatever)) ?? asked;
}

/** A hashed file never changes: what is kept is right, and what was needed once is kept. */
async function file(request) {
  const kept = await caches.match(request, whatever);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(name)).put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname === "/ws") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
});
