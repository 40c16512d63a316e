/**
 * The cross-reference sections of a PDF (ISO 32000-2, 7.5): revision by revision, as the chain of /Prev tells.
 *
 * Nothing is repaired. Whoever repairs a file reads another one than was signed.
 */
import { Malformed } from "../octets.js";
import { decoded, numberIn, rawContent, streamStart } from "./pdf_streams.js";
import { type Budget, type Dictionary, Lexer, Stream, type Value, isArray, isDictionary } from "./pdf_syntax.js";

const MOST_SECTIONS = 64;
export const MOST_ENTRIES = 400_000;
const LARGEST_TABLE = 4 << 20;
const TAIL = 1024;

/** Where an object stands: an offset, or a place in a stream of objects. Undefined: it was given up. */
export type Entry = { readonly offset: number; readonly generation: number } | { readonly stream: number } | undefined;

/** One revision: what a cross-reference section says, and its trailer. */
export interface Section {
  readonly offset: number;
  readonly entries: ReadonlyMap<number, Entry>;
  readonly trailer: Dictionary;
}

/** The place that the last `startxref` before `end` names. */
export function startOf(octets: Uint8Array, end: number): number {
  const from = Math.max(0, end - TAIL);
  const tail = String.fromCharCode(...octets.subarray(from, end));
  const mark = tail.lastIndexOf("startxref");
  const found = /^startxref\s{1,9}(\d{1,10})\s/.exec(tail.slice(Math.max(0, mark), mark + 40));
  if (mark < 0 || found === null) throw new Malformed("no startxref");
  return Number(found[1]);
}

export async function readSections(octets: Uint8Array, budget: Budget): Promise<Section[]> {
  const found: Section[] = [];
  const seen = new Set<number>();
  let count = 0;
  for (let place: number | undefined = startOf(octets, octets.length); place !== undefined; ) {
    if (seen.has(place) || found.length === MOST_SECTIONS) throw new Malformed("tables without end");
    seen.add(place);
    const section = await readSection(octets, place, budget);
    count += section.entries.size;
    if (count > MOST_ENTRIES || section.trailer.has("XRefStm")) throw new Malformed("tables too large, or of two kinds");
    found.unshift(section);
    const before = section.trailer.get("Prev");
    if (before !== undefined && typeof before !== "number") throw new Malformed("no place of a table");
    place = before;
  }
  return found;
}

async function readSection(octets: Uint8Array, offset: number, budget: Budget): Promise<Section> {
  const lexer = new Lexer(octets, offset, budget);
  if (offset >= octets.length) throw new Malformed("a table outside of the file");
  if (lexer.takes("xref")) return { offset, ...readTable(lexer) };
  lexer.integer();
  lexer.integer();
  lexer.expect("obj");
  const dictionary = lexer.value();
  if (!isDictionary(dictionary) || !lexer.takes("stream")) throw new Malformed("not a table");
  const raw = rawContent(octets, new Stream(dictionary, streamStart(lexer)), dictionary.get("Length") ?? null);
  const rows = await decoded(raw, dictionary, LARGEST_TABLE);
  return { offset, entries: rowsOf(rows, dictionary), trailer: dictionary };
}

function readTable(lexer: Lexer): { entries: ReadonlyMap<number, Entry>; trailer: Dictionary } {
  const entries = new Map<number, Entry>();
  while (!lexer.takes("trailer")) {
    const first = lexer.integer();
    const count = lexer.integer();
    if (first < 0 || count < 0 || count > MOST_ENTRIES) throw new Malformed("a table of no sense");
    lexer.skip();
    for (let number = first; number < first + count; number += 1) {
      if (entries.has(number)) throw new Malformed("an entry twice");
      entries.set(number, readEntry(lexer));
    }
  }
  const trailer = lexer.value();
  if (!isDictionary(trailer)) throw new Malformed("no trailer");
  return { entries, trailer };
}

const ENTRY = /^(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)$/;
const ENTRY_LENGTH = 20;

/** Reads one entry of a table, which has twenty octets (7.5.4). */
function readEntry(lexer: Lexer): Entry {
  const { octets, place } = lexer;
  const found = ENTRY.exec(String.fromCharCode(...octets.subarray(place, place + ENTRY_LENGTH)));
  if (found === null) throw new Malformed("an entry of no sense");
  lexer.place += ENTRY_LENGTH;
  return found[3] === "n" ? { offset: Number(found[1]), generation: Number(found[2]) } : undefined;
}

/** Reads the rows of a cross-reference stream (7.5.8). */
function rowsOf(octets: Uint8Array, dictionary: Dictionary): ReadonlyMap<number, Entry> {
  const numbers = (value: Value | undefined): number[] => {
    if (!isArray(value) || value.length > 20_000) throw new Malformed("no numbers");
    return value.map((one) => {
      if (typeof one !== "number" || !Number.isInteger(one) || one < 0) throw new Malformed("not a number");
      return one;
    });
  };
  const widths = numbers(dictionary.get("W"));
  const [kindWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
  const width = kindWidth + secondWidth + thirdWidth;
  if (widths.length !== 3 || widths.some((one) => one > 8) || width === 0) throw new Malformed("no widths");
  const index = dictionary.has("Index") ? numbers(dictionary.get("Index")) : [0, numberIn(dictionary, "Size") ?? 0];
  const entries = new Map<number, Entry>();
  let place = 0;
  const field = (size: number, otherwise: number): number => {
    const value = octets.subarray(place, place + size).reduce((sum, octet) => sum * 256 + octet, 0);
    place += size;
    if (!Number.isSafeInteger(value)) throw new Malformed("a place beyond every file");
    return size === 0 ? otherwise : value;
  };
  for (let pair = 0; pair < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair, pair + 2);
    if (place + count * width > octets.length) throw new Malformed("fewer rows than are claimed");
    for (let number = first; number < first + count; number += 1) {
      const [kind, second, third] = [field(kindWidth, 1), field(secondWidth, 0), field(thirdWidth, 0)];
      if (entries.has(number) || kind > 2) throw new Malformed("a row of no sense");
      entries.set(number, kind === 1 ? { offset: second, generation: third } : kind === 2 ? { stream: second } : undefined);
    }
  }
  return entries;
}
