/** Streams of PDF (ISO 32000-2, 7.3.8 and 7.4): where their octets stand, and what they are meant to be. */
import { Malformed } from "../octets.js";
import { type Dictionary, type Lexer, Name, type Stream, isArray, isDictionary, isWhite } from "./pdf_syntax.js";

/** The filter of a row that adds to the octet above. */
const UP = 2;

export function numberIn(dictionary: Dictionary, key: string): number | undefined {
  const found = dictionary.get(key);
  return typeof found === "number" ? found : undefined;
}

async function inflate(octets: Uint8Array, most: number): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined") throw new Malformed("this browser cannot inflate");
  const source = new Blob([octets as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = source.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) throw new Malformed("a stream becomes far too large");
      parts.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof Malformed ? error : new Malformed("a stream that cannot be inflated");
  }
  const whole = new Uint8Array(length);
  parts.reduce((place, part) => (whole.set(part, place), place + part.length), 0);
  return whole;
}

/**
 * Undoes a predictor of PNG (ISO 32000-2, 7.4.4.4), row by row, where each adds to the octet above, as nearly all writers
 * have it. Of the other filters readers are known to make different things: those are left to the server.
 */
function unpredicted(octets: Uint8Array, columns: number): Uint8Array {
  const width = columns + 1;
  const rows = octets.length / width;
  if (!Number.isInteger(rows)) throw new Malformed("rows that are not whole");
  const found = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    if (octets[row * width] !== UP) throw new Malformed("a predictor that is not read alike everywhere");
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      found[place] = (octets[row * width + 1 + column] as number) + (found[place - columns] ?? 0);
    }
  }
  return found;
}

/** Where the octets of a stream begin: behind the end of the line (7.3.8.1). */
export function streamStart(lexer: Lexer): number {
  const { octets, place } = lexer;
  if (octets[place] === 13 && octets[place + 1] === 10) return place + 2;
  if (octets[place] === 10) return place + 1;
  throw new Malformed("a stream that does not begin");
}

export function rawContent(octets: Uint8Array, stream: Stream, length: unknown): Uint8Array {
  if (typeof length !== "number" || !Number.isInteger(length) || length < 0) throw new Malformed("a stream without a length");
  const end = stream.start + length;
  let place = end;
  while (isWhite(octets[place]) && place < end + 2) place += 1;
  const mark = String.fromCharCode(...octets.subarray(place, place + 9));
  if (end > octets.length || mark !== "endstream") throw new Malformed("a stream of another length");
  return octets.subarray(stream.start, end);
}

/** Undoes the one filter that certificates, cross-references and streams of objects have in practice, or none. */
export async function decoded(octets: Uint8Array, dictionary: Dictionary, most: number): Promise<Uint8Array> {
  const told = dictionary.get("Filter");
  const filters = told === undefined || told === null ? [] : isArray(told) ? told : [told];
  if (filters.length === 0) {
    if (octets.length > most) throw new Malformed("far too large a stream");
    return octets;
  }
  const [filter, ...more] = filters;
  const isDeflate = filter instanceof Name && filter.text === "FlateDecode" && more.length === 0;
  if (!isDeflate) throw new Malformed("a filter that is not read");
  const parameters = dictionary.get("DecodeParms") ?? null;
  const inflated = await inflate(octets, most);
  if (parameters === null) return inflated;
  if (!isDictionary(parameters)) throw new Malformed("parameters that are not read");
  const predictor = numberIn(parameters, "Predictor") ?? 1;
  const isPlain = (numberIn(parameters, "Colors") ?? 1) === 1 && (numberIn(parameters, "BitsPerComponent") ?? 8) === 8;
  if (predictor === 1) return inflated;
  const columns = numberIn(parameters, "Columns") ?? 1;
  const isRead = predictor >= 10 && isPlain && columns >= 1 && columns <= inflated.length;
  if (!isRead) throw new Malformed("a predictor that is not read");
  return unpredicted(inflated, columns);
}
