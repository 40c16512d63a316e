/** DER beyond what certificates need: texts, whole trees, and what may be followed by padding. */
import { Element, Tag } from "../der.js";
import { Malformed } from "../octets.js";

/** Nesting and elements that no structure of our standards comes near (trust/asn1/der.py). */
const DEEPEST = 32;
const MOST_ELEMENTS = 200_000;
const CONSTRUCTED = 0x20;

export { Element, Tag };

/** Reads the element that octets begin with; after it only zeros may stand, as in a PDF. */
export function padded(octets: Uint8Array): Element {
  const [element, rest] = Element.first(octets);
  if (rest.some((octet) => octet !== 0)) throw new Malformed("something follows");
  return element;
}

/** Throws where a constructed element, however deep, does not hold elements. */
export function requireTree(root: Element): void {
  const waiting: [Element, number][] = [[root, 0]];
  for (let seen = 0; waiting.length > 0; seen += 1) {
    const [element, depth] = waiting.pop() as [Element, number];
    if ((element.tag & CONSTRUCTED) === 0) continue;
    if (depth >= DEEPEST || seen >= MOST_ELEMENTS) throw new Malformed("too deep, or too many elements");
    for (const child of element.children()) waiting.push([child, depth + 1]);
  }
}

/** The members of a SEQUENCE, of which there must be one of these counts. */
export function exactly(element: Element, ...counts: readonly number[]): Element[] {
  const members = element.sequence();
  if (!counts.includes(members.length)) throw new Malformed(`${members.length} members`);
  return members;
}

/** The one element inside an explicit tag. */
export function inside(element: Element): Element {
  const [only, ...more] = element.children();
  if (only === undefined || more.length > 0) throw new Malformed("not one element inside");
  return only;
}

export function needed<Kind>(value: Kind | undefined): Kind {
  if (value === undefined) throw new Malformed("a member is missing");
  return value;
}

const TEXTS: ReadonlySet<number> = new Set([Tag.UTF8_STRING, Tag.IA5_STRING, Tag.PRINTABLE_STRING]);

/** The text of a string of any type that vendors use. */
export function text(element: Element): string {
  if (!TEXTS.has(element.tag)) throw new Malformed("not a text");
  if (element.tag !== Tag.UTF8_STRING && element.body.some((octet) => octet >= 0x80)) throw new Malformed("not ASCII");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(element.body);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

/** Any whole number, as text to compare; DER has one form for each. */
export function whole(element: Element): bigint {
  if (element.tag !== Tag.INTEGER || element.body.length === 0) throw new Malformed("not a number");
  const [first = 0, second] = element.body;
  const needless = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (needless) throw new Malformed("a number that could be shorter");
  const magnitude = element.body.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  return first < 0x80 ? magnitude : magnitude - (1n << BigInt(8 * element.body.length));
}

/** The identifier of an algorithm, and its one parameter if it has one. */
export function algorithmOf(element: Element): [string, Element | undefined] {
  const [identifier, parameter] = exactly(element, 1, 2);
  return [needed(identifier).oid(), parameter];
}

/** The moment in UTC that fourteen digits tell, YYYYMMDDhhmmss. Throws `Malformed` for one that no calendar has. */
export function momentOf(digits: string, milliseconds = 0): Date {
  const part = (start: number, end: number): number => Number(digits.slice(start, end));
  const found = new Date(0);
  found.setUTCFullYear(part(0, 4), part(4, 6) - 1, part(6, 8));
  found.setUTCHours(part(8, 10), part(10, 12), part(12, 14), milliseconds);
  const year = found.getUTCFullYear();
  const is = year > 0 && year < 10_000 && found.toISOString().slice(0, 19).replace(/[-T:]/g, "") === digits;
  if (!is) throw new Malformed("no such moment");
  return found;
}

const COMMON_NAME = "2.5.4.3";

/** The common name in a Name, for people to read; nothing where it has none that can be read. */
export function commonName(name: Uint8Array): string {
  try {
    for (const relative of Element.parse(name).sequence()) {
      for (const pair of relative.children()) {
        const [kind, value] = exactly(pair, 2);
        if (kind?.oid() === COMMON_NAME && value !== undefined) return text(value);
      }
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return "";
}
