/** Trust list and status lists as a page has them: the newest that the service hands out, else what was kept before. */
import { Refused, equal } from "./octets.js";
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

/** A list, and when it was had from the service; undefined where that is not known. */
export interface Had<List> {
  readonly list: List;
  readonly fetched: Date | undefined;
}

/** The header under which a list is kept that says when it was fetched. */
const FETCHED = "x-xinyin-fetched";

/** What the service says now: a browser's own copy is asked about, never taken for it. */
async function fresh(address: string): Promise<Response | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(address, { signal, cache: "no-cache", credentials: "omit" });
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
async function octetsOf(answer: Response | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return answer === undefined ? undefined : new Uint8Array(await answer.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** Keeps a list for later, where there is room for it: what is judged now does not depend on that. */
async function keep(cache: Cache | undefined, address: string, encoded: Uint8Array<ArrayBuffer>, now: Date): Promise<void> {
  try {
    await cache?.put(address, new Response(encoded, { headers: { [FETCHED]: now.toISOString() } }));
  } catch {
    // Without room the list is fetched again.
  }
}

async function keptAnswer(cache: Cache | undefined, address: string): Promise<Response | undefined> {
  try {
    return await cache?.match(address);
  } catch {
    return undefined;
  }
}

/** When a list that was kept had been fetched; undefined in what was kept before that was noted. */
function fetchedAt(answer: Response | undefined): Date | undefined {
  const told = new Date(answer?.headers.get(FETCHED) ?? NaN);
  return Number.isNaN(Number(told)) ? undefined : told;
}

/** Reads a list; undefined where there is none, or one that is refused. */
async function readable<List>(
  encoded: Uint8Array<ArrayBuffer> | undefined,
  read: (encoded: Uint8Array) => List | Promise<List>,
): Promise<List | undefined> {
  try {
    return encoded === undefined ? undefined : await read(encoded);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/**
 * Reads what the service hands out, else what was kept. What is refused is never kept, and never replaces anything; nor
 * does a list that is older than the one that was kept, which knows more.
 */
async function newest<List extends { readonly issued: Date }>(
  address: string,
  now: Date,
  read: (encoded: Uint8Array) => List | Promise<List>,
): Promise<Had<List> | undefined> {
  const cache = await kept();
  const handed = await octetsOf(await fresh(address));
  const answer = await keptAnswer(cache, address);
  const before = await octetsOf(answer);
  const isSame = handed !== undefined && before !== undefined && equal(handed, before);
  const list = await readable(handed, read);
  const known = isSame ? undefined : await readable(before, read);
  if (handed !== undefined && list !== undefined && !(known !== undefined && known.issued > list.issued)) {
    await keep(cache, address, handed, now);
    return { list, fetched: now };
  }
  return known === undefined ? undefined : { list: known, fetched: fetchedAt(answer) };
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

export async function loadTrustList(place: Place, now: Date): Promise<Had<TrustList> | undefined> {
  const read = (encoded: Uint8Array): TrustList => readTrustList(encoded, place.anchors, now, remembered());
  const found = await newest(place.trustList, now, read);
  if (found !== undefined) remember(found.list.sequence);
  return found;
}

/** The list that claims name by this number; undefined where none is at hand, or the browser cannot inflate. */
export async function loadStatusList(
  place: Place,
  number: number,
  trustList: TrustList,
  now: Date,
): Promise<Had<StatusList> | undefined> {
  if (typeof DecompressionStream === "undefined") return undefined;
  return newest(`${place.statusLists}${number}`, now, (encoded) => readStatusList(encoded, trustList, now));
}
