/**
 * The service worker: it keeps the pages that work on the device alone, and opens them where the network does not
 * answer; for any QR code the one that checks it. It answers for nothing else, and keeps nothing that anybody has checked.
 */
declare const self: ServiceWorkerGlobalScope;

const CACHE = "xinyin-page-2";
const PATIENCE = 4_000;
const LANGUAGES = ["zh", "en"];
const SHELLS = ["/v", "/", "/scan"];

const root = new URL(self.registration.scope).pathname.replace(/\/$/, "");

function shell(path: string, language: string): string {
  return `${root}${path}?lang=${language}`;
}

/** Keeps the pages in both languages, with the files that they name. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const needed = new Set<string>();
  for (const path of SHELLS) {
    for (const language of LANGUAGES) {
      const answer = await fetch(shell(path, language), { cache: "no-cache", credentials: "omit" });
      if (!answer.ok) throw new Error(`no page: ${answer.status}`);
      const text = await answer.clone().text();
      for (const [, address] of text.matchAll(/="([^"]*\/static\/[^"]+)"/g)) needed.add(address as string);
      await cache.put(shell(path, language), answer);
    }
  }
  await cache.addAll([...needed]);
  const kept = new Set([...needed].map((one) => new URL(one, location.href).href));
  for (const request of await cache.keys()) {
    if (new URL(request.url).pathname.startsWith(`${root}/static/`) && !kept.has(request.url)) await cache.delete(request);
  }
}

/** Lets go of what earlier versions of this script kept. */
async function tidy(): Promise<void> {
  const names = (await caches.keys()).filter((one) => one.startsWith("xinyin-page-") && one !== CACHE);
  await Promise.all(names.map((one) => caches.delete(one)));
}

function late(): Promise<never> {
  return new Promise((_, refuse) => setTimeout(() => refuse(new Error("no answer")), PATIENCE));
}

async function page(request: Request, path: string): Promise<Response> {
  try {
    return await Promise.race([fetch(request), late()]);
  } catch {
    const asked = new URL(request.url).searchParams.get("lang") ?? navigator.language.slice(0, 2);
    const kept = await caches.match(shell(path, asked === "en" ? "en" : "zh"), { ignoreVary: true });
    return kept ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const path = address.pathname.slice(root.length);
  if (request.mode === "navigate") {
    const kept = path.startsWith("/v/") ? "/v" : SHELLS.find((one) => one === path);
    if (kept !== undefined) event.respondWith(page(request, kept));
  } else if (path.startsWith("/static/")) event.respondWith(file(request));
});

export {};
