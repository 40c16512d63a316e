/**
 * The service worker: it keeps the page on which a device checks a QR code by itself, and opens it for any QR code where
 * the network does not answer. It answers for nothing else, and keeps nothing that anybody has checked.
 */
declare const self: ServiceWorkerGlobalScope;

const CACHE = "xinyin-page-1";
const PATIENCE = 4_000;
const LANGUAGES = ["zh", "en"];

const root = new URL(self.registration.scope).pathname.replace(/\/$/, "");

function shell(language: string): string {
  return `${root}/v?lang=${language}`;
}

/** Keeps the page in both languages, with the files that it names. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const needed = new Set<string>();
  for (const language of LANGUAGES) {
    const answer = await fetch(shell(language), { cache: "no-cache", credentials: "omit" });
    if (!answer.ok) throw new Error(`no page: ${answer.status}`);
    const text = await answer.clone().text();
    for (const [, address] of text.matchAll(/(?:href|src)="([^"]*\/static\/[^"]+)"/g)) needed.add(address as string);
    await cache.put(shell(language), answer);
  }
  await cache.addAll([...needed]);
}

function late(): Promise<never> {
  return new Promise((_, refuse) => setTimeout(() => refuse(new Error("no answer")), PATIENCE));
}

async function page(request: Request): Promise<Response> {
  try {
    return await Promise.race([fetch(request), late()]);
  } catch {
    const asked = new URL(request.url).searchParams.get("lang") ?? navigator.language.slice(0, 2);
    const kept = await caches.match(shell(asked === "en" ? "en" : "zh"));
    return kept ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const path = address.pathname.slice(root.length);
  if (request.mode === "navigate" && (path === "/v" || path.startsWith("/v/"))) event.respondWith(page(request));
  else if (path.startsWith("/static/")) event.respondWith(file(request));
});

export {};
