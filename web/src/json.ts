/**
 * JSON as the signed documents of this house write it: objects, lists, strings and whole numbers, each member once.
 * The browser's own reader lets the last of two members of one name win, and others the first: each would see another
 * document under one signature.
 */
import { Malformed } from "./octets.js";

export type Value = string | number | Value[] | Members;
export type Members = Map<string, Value>;
export type Kind = "string" | "number" | "list";

// Not a choice for each character: of a list of many megabytes the browser could not remember so many.
const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)/y;
const SPACE = /[ \t\n\r]*/y;
const DEEPEST = 16;

class Reader {
  private place = 0;

  constructor(private readonly text: string) {}

  whole(): Value {
    const value = this.value(DEEPEST);
    if (this.next() !== undefined) throw new Malformed("something follows");
    return value;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text);
    if (found === null) throw new Malformed(`not JSON at ${this.place}`);
    this.place = pattern.lastIndex;
    return found[0];
  }

  private next(): string | undefined {
    this.take(SPACE);
    return this.text[this.place];
  }

  private is(character: string): boolean {
    if (this.next() !== character) return false;
    this.place += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.is(character)) throw new Malformed(`no ${character} at ${this.place}`);
  }

  private value(depth: number): Value {
    if (depth === 0) throw new Malformed("too deep");
    switch (this.next()) {
      case "{":
        return this.members(depth);
      case "[":
        return this.list(depth);
      case '"':
        return this.string();
      default:
        return this.number();
    }
  }

  private string(): string {
    try {
      return JSON.parse(this.take(STRING)) as string;
    } catch {
      throw new Malformed(`not a string before ${this.place}`);
    }
  }

  private number(): number {
    const value = Number(this.take(NUMBER));
    if (!Number.isSafeInteger(value)) throw new Malformed("too large a number");
    return value;
  }

  private members(depth: number): Members {
    const found: Members = new Map();
    this.expect("{");
    if (this.is("}")) return found;
    do {
      this.next();
      const name = this.string();
      if (found.has(name)) throw new Malformed(`${name} comes twice`);
      this.expect(":");
      found.set(name, this.value(depth - 1));
    } while (this.is(","));
    this.expect("}");
    return found;
  }

  private list(depth: number): Value[] {
    const found: Value[] = [];
    this.expect("[");
    if (this.is("]")) return found;
    do {
      found.push(this.value(depth - 1));
    } while (this.is(","));
    this.expect("]");
    return found;
  }
}

export function read(encoded: Uint8Array): Value {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoded);
  } catch {
    throw new Malformed("not UTF-8");
  }
  return new Reader(text).whole();
}

/** The members of an object that must have exactly these, of these very kinds. */
export class Strict<Name extends string> {
  /** `optional` are members, among those of `kinds`, that may be left out. */
  constructor(private readonly value: Value, kinds: Record<Name, Kind>, optional: readonly NoInfer<Name>[] = []) {
    if (!(value instanceof Map)) throw new Malformed("no members");
    const names = (Object.keys(kinds) as Name[]).filter((one) => value.has(one) || !optional.includes(one));
    if (value.size !== names.length) throw new Malformed("other members");
    for (const name of names) {
      const told = value.get(name);
      if ((Array.isArray(told) ? "list" : typeof told) !== kinds[name]) throw new Malformed(`${name} is of another kind`);
    }
  }

  string(name: Name): string {
    return (this.value as Members).get(name) as string;
  }

  number(name: Name): number {
    return (this.value as Members).get(name) as number;
  }

  has(name: Name): boolean {
    return (this.value as Members).has(name);
  }

  list(name: Name): Value[] {
    return (this.value as Members).get(name) as Value[];
  }

  strings(name: Name): string[] {
    return this.list(name).map((one) => {
      if (typeof one !== "string") throw new Malformed(`${name} holds something else`);
      return one;
    });
  }
}

const MOMENT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

/** Reads a moment in UTC to the second, such as 2026-11-22T04:05:06Z. */
export function moment(text: string): Date {
  const found = new Date(text);
  if (!MOMENT.test(text) || Number.isNaN(found.valueOf()) || momentText(found) !== text) {
    throw new Malformed("not a moment");
  }
  return found;
}

export function momentText(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
