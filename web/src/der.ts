/** DER (X.690), as much of it as certificates and revocation lists need; strictly, so that octets have one meaning. */
import { Malformed, number } from "./octets.js";

export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Octets of an object identifier. The longest that exist stand for UUIDs and have 20. */
const LONGEST_OID = 64;

export class Element {
  private constructor(readonly tag: number, readonly raw: Uint8Array, readonly body: Uint8Array) {}

  /** Reads the one element that `octets` are. */
  static parse(octets: Uint8Array): Element {
    const [element, rest] = Element.first(octets);
    if (rest.length > 0) throw new Malformed("something follows");
    return element;
  }

  /** Reads the element that `octets` begin with; returns what follows it too. */
  static first(octets: Uint8Array): [Element, Uint8Array] {
    const tag = octets[0];
    const short = octets[1];
    if (!tag || short === undefined || (tag & 0x1f) === 0x1f) throw new Malformed("no element");
    let length = short;
    let start = 2;
    if (short >= 0x80) {
      const count = short & 0x7f;
      const told = octets.subarray(2, 2 + count);
      if (count === 0 || count > 4 || told.length !== count) throw new Malformed("no length");
      length = told.reduce((sum, octet) => sum * 256 + octet, 0);
      if (told[0] === 0 || length < 0x80) throw new Malformed("a length that could be shorter");
      start += count;
    }
    const end = start + length;
    if (end > octets.length) throw new Malformed("cut off");
    return [new Element(tag, octets.subarray(0, end), octets.subarray(start, end)), octets.subarray(end)];
  }

  children(): Element[] {
    const found: Element[] = [];
    let rest = this.body;
    while (rest.length > 0) {
      const [element, after] = Element.first(rest);
      found.push(element);
      rest = after;
    }
    return found;
  }

  private expect(tag: number): this {
    if (this.tag !== tag) throw new Malformed(`tag ${this.tag} in place of ${tag}`);
    return this;
  }

  sequence(): Element[] {
    return this.expect(Tag.SEQUENCE).children();
  }

  /** A whole number that is not negative. */
  integer(): bigint {
    const [first, second] = this.expect(Tag.INTEGER).body;
    if (first === undefined || first >= 0x80 || (first === 0 && second !== undefined && second < 0x80)) {
      throw new Malformed("not a whole number in its shortest form");
    }
    return number(this.body);
  }

  bits(): Uint8Array {
    if (this.expect(Tag.BIT_STRING).body[0] !== 0) throw new Malformed("bits that are no octets");
    return this.body.subarray(1);
  }

  octets(): Uint8Array {
    return this.expect(Tag.OCTET_STRING).body;
  }

  boolean(): boolean {
    const [value, more] = this.expect(Tag.BOOLEAN).body;
    if ((value !== 0 && value !== 0xff) || more !== undefined) throw new Malformed("not a boolean"); // X.690, 11.1
    return value === 0xff;
  }

  oid(): string {
    const arcs: bigint[] = [];
    let arc = 0n;
    let open = false;
    const { body } = this.expect(Tag.OID);
    if (body.length > LONGEST_OID) throw new Malformed("an object identifier far too long");
    for (const octet of body) {
      if (!open && octet === 0x80) throw new Malformed("an arc that could be shorter"); // X.690, 8.19.2
      arc = (arc << 7n) | BigInt(octet & 0x7f);
      open = octet >= 0x80;
      if (!open) {
        arcs.push(arc);
        arc = 0n;
      }
    }
    const first = arcs.shift();
    if (first === undefined || open) throw new Malformed("not an object identifier");
    const root = first < 80n ? first / 40n : 2n;
    return [root, first - root * 40n, ...arcs].join(".");
  }

  time(): Date {
    const text = String.fromCharCode(...this.body.subarray(0, 16));
    const form = this.tag === Tag.UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
    if (this.tag !== Tag.UTC_TIME) this.expect(Tag.GENERALIZED_TIME);
    const parts = form.exec(text)?.slice(1).map(Number);
    if (parts === undefined) throw new Malformed("not a time");
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
    const century = this.tag === Tag.UTC_TIME ? (year < 50 ? 2000 : 1900) : 0;
    const found = new Date(Date.UTC(century + year, month - 1, day, hour, minute, second));
    if (found.getUTCMonth() !== month - 1 || found.getUTCDate() !== day || found.getUTCSeconds() !== second) {
      throw new Malformed("no such time");
    }
    return found;
  }
}
