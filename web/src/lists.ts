/** Trust list and status lists as a page has them: the newest that the service hands out, else what was kept before. */
import { Refused } from "./octets.js";
import { type StatusList, readStatusList } from "./status_list.js";
import { type TrustList, readTrustList } from "./trust_list.js";

const CACHE = "xinyin-lists-1";
const NUMBER = "xinyin.trust-list.sequence";
/** Milliseconds after which a network that does not answer counts as none. */
const PATIENCE = 4_000;

export interface Place {
  /** Fingerprints of the anchors that the page was served with. */
  readonly anchors: readonly string[];
  readonly trustList: string;
  /** Where a status list stands, but for its number. */
  readonly statusLists: string;
}

async function fresh(address: string): Promise<Response | undefined> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), credentials: "omit" });
    return answer.ok ? answer : undefined;
  } catch {
    return undefined;
  }
}

async function kept(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined; // a private window, or no secure context
  }
}

/** Returns the octets of an answer; undefined where there is none, or the network breaks off in the middle of it. */
async function octetsOf(source: Promise<Response | undefined> | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const answer = await source;
    return answer === undefined ? undefined : new Uint8Array(await answer.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** Keeps a list for later, where there is room for it: what is judged now does not depend on that. */
async function keep(cache: Cache | undefined, address: string, encoded: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await cache?.put(address, new Response(encoded));
  } catch {
    // Without room the list is fetched again.
  }
}

/** Reads what the service hands out, else what was kept. What is refused is never kept, and never replaces anything. */
async function newest<Read>(address: string, read: (encoded: Uint8Array) => Read | Promise<Read>): Promise<Read | undefined> {
  const cache = await kept();
  for (const source of [fresh, (at: string) => cache?.match(at)]) {
    const encoded = await octetsOf(source(address));
    if (encoded === undefined) continue;
    try {
      const found = await read(encoded);
      if (source === fresh) await keep(cache, address, encoded);
      return found;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return undefined;
}

function remembered(): number {
  try {
    return Number(localStorage.getItem(NUMBER) ?? 0);
  } catch {
    return 0;
  }
}

function remember(sequence: number): void {
  try {
    localStorage.setItem(NUMBER, String(Math.max(sequence, remembered())));
  } catch {
    // Where nothing can be kept, an older list cannot be told from the newest.
  }
}

export async function loadTrustList(place: Place, now: Date): Promise<TrustList | undefined> {
  const found = await newest(place.trustList, (encoded) => readTrustList(encoded, place.anchors, now, remembered()));
  if (found !== undefined) remember(found.sequence);
  return found;
}

/** The list that claims name by this number; undefined where none is at hand, or the browser cannot inflate. */
export async function loadStatusList(place: Place, number: number, trustList: TrustList, now: Date): Promise<StatusList | undefined> {
  if (typeof DecompressionStream === "undefined") return undefined;
  return newest(`${place.statusLists}${number}`, (encoded) => readStatusList(encoded, trustList, now));
}
