/** Objects of PDF as they are written (ISO 32000-2, 7.2 and 7.3): a strict reader whose every loop ends. */
import { Malformed } from "../octets.js";

/** Nesting of arrays and dictionaries, and the octets of a name or a number, that no document comes near. */
const DEEPEST = 64;
const LONGEST_WORD = 200;

export class Name {
  constructor(readonly text: string) {}
}

export class Reference {
  constructor(readonly number: number, readonly generation: number) {}
}

/** A string, and where it stands: from its bracket to behind the other one. `isDigits`: hexadecimal and nothing besides. */
export class Text {
  constructor(readonly octets: Uint8Array, readonly start: number, readonly end: number, readonly isDigits: boolean) {}
}

export type Dictionary = ReadonlyMap<string, Value>;

export class Stream {
  /** `start`: where its octets begin. */
  constructor(readonly dictionary: Dictionary, readonly start: number) {}
}

export type Value = null | boolean | number | Name | Reference | Text | readonly Value[] | Dictionary;

const WHITE = new Set([0, 9, 10, 12, 13, 32]);
const LINE_ENDS = new Set([10, 13]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((one) => one.charCodeAt(0)));
const [OPEN, CLOSE, LESS, GREATER, LEFT, RIGHT, SLASH, PERCENT, HASH] = [..."()<>[]/%#"].map((one) => one.charCodeAt(0)) as [
  number, number, number, number, number, number, number, number, number,
];
const INTEGER = /^[+-]?\d{1,15}$/;
const REAL = /^[+-]?(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})$/;
/** What stands behind a backslash, and what it means (7.3.4.2). */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 10], // n
  [0x72, 13], // r
  [0x74, 9], // t
  [0x62, 8], // b
  [0x66, 12], // f
  [0x28, 0x28],
  [0x29, 0x29],
  [0x5c, 0x5c],
]);

export function isWhite(octet: number | undefined): boolean {
  return octet !== undefined && WHITE.has(octet);
}

function digitOf(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Work that may still be spent on a file, in tokens. */
export class Budget {
  constructor(private left: number) {}

  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw new Malformed("more intricate than any document");
  }
}

interface Open {
  readonly isDictionary: boolean;
  readonly values: Value[];
}

export class Lexer {
  constructor(readonly octets: Uint8Array, public place: number, private readonly budget: Budget) {}

  skip(): void {
    for (;;) {
      while (isWhite(this.octets[this.place])) this.place += 1;
      if (this.octets[this.place] !== PERCENT) return;
      while (this.place < this.octets.length && !LINE_ENDS.has(this.octets[this.place] as number)) this.place += 1;
    }
  }

  /** A run of regular characters: a keyword or a number. */
  word(): string {
    this.skip();
    const start = this.place;
    let octet = this.octets[this.place];
    while (octet !== undefined && !WHITE.has(octet) && !DELIMITERS.has(octet) && this.place - start <= LONGEST_WORD) {
      this.place += 1;
      octet = this.octets[this.place];
    }
    if (this.place === start || this.place - start > LONGEST_WORD) throw new Malformed(`no word at ${start}`);
    this.budget.spend(1);
    return String.fromCharCode(...this.octets.subarray(start, this.place));
  }

  expect(word: string): void {
    if (this.word() !== word) throw new Malformed(`no ${word} before ${this.place}`);
  }

  integer(): number {
    const word = this.word();
    if (!INTEGER.test(word)) throw new Malformed(`no number before ${this.place}`);
    return Number(word);
  }

  /** Tells whether a word stands next, and passes it if so. */
  takes(word: string): boolean {
    this.skip();
    const start = this.place;
    for (let offset = 0; offset < word.length; offset += 1) {
      if (this.octets[start + offset] !== word.charCodeAt(offset)) return false;
    }
    this.place = start + word.length;
    return true;
  }

  value(): Value {
    const opened: Open[] = [];
    for (;;) {
      const done = this.next(opened);
      if (done === undefined) continue;
      const last = opened.at(-1);
      if (last === undefined) return done;
      last.values.push(done);
    }
  }

  /** The next value that is whole; undefined where an array or a dictionary begins. */
  private next(opened: Open[]): Value | undefined {
    this.budget.spend(1);
    this.skip();
    const octet = this.octets[this.place];
    const after = this.octets[this.place + 1];
    if (octet === LEFT || (octet === LESS && after === LESS)) {
      if (opened.length >= DEEPEST) throw new Malformed("nested too deep");
      opened.push({ isDictionary: octet === LESS, values: [] });
      this.place += octet === LESS ? 2 : 1;
      return undefined;
    }
    if (octet === RIGHT || (octet === GREATER && after === GREATER)) {
      const last = opened.pop();
      if (last === undefined || last.isDictionary !== (octet === GREATER)) throw new Malformed("closed without being opened");
      this.place += octet === GREATER ? 2 : 1;
      return last.isDictionary ? dictionaryOf(last.values) : last.values;
    }
    if (octet === SLASH) return this.name();
    if (octet === OPEN) return this.literal();
    if (octet === LESS) return this.hexadecimal();
    return this.scalar();
  }

  private name(): Name {
    const start = this.place + 1;
    let text = "";
    for (this.place = start; ; this.place += 1) {
      let octet = this.octets[this.place];
      if (octet === undefined || WHITE.has(octet) || DELIMITERS.has(octet)) return new Name(text);
      if (octet === HASH) {
        const [high, low] = [digitOf(this.octets[this.place + 1]), digitOf(this.octets[this.place + 2])];
        if (high < 0 || low < 0) throw new Malformed("a name with a wrong escape");
        octet = high * 16 + low;
        this.place += 2;
      }
      text += String.fromCharCode(octet);
      if (text.length > LONGEST_WORD) throw new Malformed("a name far too long");
    }
  }

  private hexadecimal(): Text {
    const start = this.place;
    const found: number[] = [];
    let high = -1;
    for (this.place += 1; ; this.place += 1) {
      const octet = this.octets[this.place];
      if (octet === GREATER) break;
      if (isWhite(octet)) continue;
      const digit = digitOf(octet);
      if (digit < 0) throw new Malformed("not hexadecimal");
      if (high < 0) high = digit;
      else {
        found.push(high * 16 + digit);
        high = -1;
      }
    }
    const isWhole = high < 0;
    if (!isWhole) found.push(high * 16);
    this.place += 1;
    const isDigits = isWhole && this.place - start === 2 * found.length + 2;
    return new Text(Uint8Array.from(found), start, this.place, isDigits);
  }

  private literal(): Text {
    const start = this.place;
    const found: number[] = [];
    let depth = 1;
    for (this.place += 1; ; this.place += 1) {
      const octet = this.octets[this.place];
      if (octet === undefined) throw new Malformed("a text without an end");
      if (octet === CLOSE && (depth -= 1) === 0) break;
      if (octet === OPEN) depth += 1;
      if (octet === 0x5c) this.escape(found);
      else found.push(octet);
    }
    this.place += 1;
    return new Text(Uint8Array.from(found), start, this.place, false);
  }

  private escape(found: number[]): void {
    this.place += 1;
    const octet = this.octets[this.place];
    if (octet === undefined) throw new Malformed("a text without an end");
    if (octet === 10 || octet === 13) {
      if (octet === 13 && this.octets[this.place + 1] === 10) this.place += 1;
      return;
    }
    let value = octet - 0x30;
    if (value < 0 || value > 7) {
      const meant = ESCAPES.get(octet);
      if (meant === undefined) throw new Malformed("an escape that is none");
      found.push(meant);
      return;
    }
    for (let count = 1; count < 3; count += 1) {
      const digit = (this.octets[this.place + 1] ?? 0) - 0x30;
      if (digit < 0 || digit > 7) break;
      value = value * 8 + digit;
      this.place += 1;
    }
    found.push(value & 0xff);
  }

  /** A number, a reference or one of the three keywords. */
  private scalar(): Value {
    const word = this.word();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    if (!REAL.test(word)) throw new Malformed(`not an object before ${this.place}`);
    return /^\d{1,10}$/.test(word) ? this.reference(Number(word)) : Number(word);
  }

  private reference(number: number): number | Reference {
    const before = this.place;
    const [generation, end] = this.shortNumber(before);
    if (generation === undefined) return number;
    this.place = end;
    this.skip();
    const after = this.octets[this.place + 1];
    const isReference = this.octets[this.place] === 0x52 && (after === undefined || WHITE.has(after) || DELIMITERS.has(after));
    if (isReference) {
      this.place += 1;
      return new Reference(number, generation);
    }
    this.place = before;
    return number;
  }

  /** The number of at most five digits that stands after white space, and where it ends. */
  private shortNumber(from: number): [number | undefined, number] {
    let place = from;
    while (isWhite(this.octets[place])) place += 1;
    const start = place;
    let value = 0;
    for (let digit = (this.octets[place] ?? 0) - 0x30; digit >= 0 && digit <= 9 && place - start < 6; ) {
      value = value * 10 + digit;
      place += 1;
      digit = (this.octets[place] ?? 0) - 0x30;
    }
    const isShort = place > start && start > from && place - start < 6;
    return isShort && isWhite(this.octets[place]) ? [value, place] : [undefined, from];
  }
}

/** A key that stands twice means one thing to one reader and another to the next. */
function dictionaryOf(values: readonly Value[]): Dictionary {
  const found = new Map<string, Value>();
  for (let place = 0; place < values.length; place += 2) {
    const key = values[place];
    const value = values[place + 1];
    if (!(key instanceof Name) || value === undefined || found.has(key.text)) throw new Malformed("not a dictionary");
    found.set(key.text, value);
  }
  return found;
}

/** Tells whether two objects are written alike: what they refer to is not looked at. */
export function isSame(one: Value | undefined, other: Value | undefined): boolean {
  const waiting: [Value | undefined, Value | undefined][] = [[one, other]];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (a instanceof Name && b instanceof Name && a.text === b.text) continue;
    if (a instanceof Reference && b instanceof Reference && a.number === b.number && a.generation === b.generation) continue;
    if (a instanceof Text && b instanceof Text && sameOctets(a.octets, b.octets)) continue;
    if (isArray(a) && isArray(b) && a.length === b.length) a.forEach((value, place) => waiting.push([value, b[place]]));
    else if (isDictionary(a) && isDictionary(b) && a.size === b.size) a.forEach((value, key) => waiting.push([value, b.get(key)]));
    else return false;
  }
  return true;
}

function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, place) => octet === other[place]);
}

export function isArray(value: Value | Stream | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isDictionary(value: Value | Stream | undefined): value is Dictionary {
  return value instanceof Map;
}

/** Yields every reference in a value, however deep. */
export function* references(value: Value | Stream): Generator<Reference> {
  const waiting: Value[] = [value instanceof Stream ? value.dictionary : value];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (one instanceof Reference) yield one;
    else if (isArray(one)) one.forEach((member) => waiting.push(member));
    else if (isDictionary(one)) one.forEach((member) => waiting.push(member));
  }
}
