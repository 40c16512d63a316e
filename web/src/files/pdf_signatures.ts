/** The signatures of a PDF, found by its form fields, and what of the file each covers (ISO 32000-2, 12.8). */
import { Malformed } from "../octets.js";
import { momentOf } from "./asn1.js";
import type { PDFFile } from "./pdf_file.js";
import { type Dictionary, Name, Reference, Text, type Value } from "./pdf_syntax.js";
import { startOf } from "./pdf_tables.js";

const MOST_FIELDS = 2_000;
const MOST_SIGNATURES = 50;
const DATE = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z(?:00'?(?:00'?)?)?|([+-])(\d\d)'?(?:(\d\d)'?)?)?$/;

export interface SignedField {
  readonly name: string;
  /** The number of the field's own object, and of its value. */
  readonly field: number;
  readonly value: number;
  readonly subfilter: string;
  readonly isTimeStamp: boolean;
  readonly contents: Uint8Array;
  /** The octets that are covered, in two parts. */
  readonly parts: readonly Uint8Array[];
  /** Where what is covered ends, and where the gap begins. */
  readonly end: number;
  readonly gap: number;
  readonly claimedTime: Date | undefined;
  /** Why the signature does not cover the document as it was signed, if it does not. */
  readonly less: string | undefined;
  /** The revision in which it was made; undefined where the file does not show one. */
  readonly revision: number | undefined;
  /** What its DocMDP rule permits afterwards: 1 nothing, 2 forms, 3 annotations too; undefined: no rule. */
  readonly permission: number | undefined;
  /** The names of the fields that it locks; undefined where it locks in a way that is not looked at here. */
  readonly locked: readonly string[] | undefined;
}

/** All signed fields, in the order of their revisions. */
export function signedFields(file: PDFFile): SignedField[] {
  const { last } = file;
  const form = file.dictionary(rootOf(file, last).get("AcroForm"), last);
  const found: SignedField[] = [];
  const seen = new Set<number>();
  const values = new Set<number>();
  const waiting: { fields: readonly Value[]; parent: string; type: Value | undefined }[] = [
    { fields: file.array(form?.get("Fields"), last), parent: "", type: undefined },
  ];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    for (const reference of group.fields) {
      const field = file.dictionary(reference, last);
      const title = file.follow(field?.get("T"), last);
      if (field === undefined || !(title instanceof Text)) continue;
      if (!(reference instanceof Reference) || seen.has(reference.number) || seen.size === MOST_FIELDS) {
        throw new Malformed("fields that are no tree, or far too many");
      }
      seen.add(reference.number);
      const name = (group.parent === "" ? "" : `${group.parent}.`) + textOf(title);
      const type = field.get("FT") ?? group.type;
      const kids = file.array(field.get("Kids"), last);
      if (kids.length > 0) waiting.push({ fields: kids, parent: name, type });
      const value = field.get("V");
      if (!(type instanceof Name) || type.text !== "Sig" || value === undefined) continue;
      if (!(value instanceof Reference) || values.has(value.number)) throw new Malformed("a value of its own for each field");
      values.add(value.number);
      found.push(signedField(file, name, reference.number, field, value));
      if (found.length > MOST_SIGNATURES) throw new Malformed("far too many signatures");
    }
  }
  return found.sort((one, other) => one.end - other.end);
}

export function rootOf(file: PDFFile, revision: number): Dictionary {
  const root = file.dictionary(file.sections[revision]?.trailer.get("Root"), revision);
  if (root === undefined) throw new Malformed("no catalog");
  return root;
}

function textOf({ octets }: Text): string {
  const isWide = octets[0] === 0xfe && octets[1] === 0xff;
  const decoder = new TextDecoder(isWide ? "utf-16be" : "latin1");
  return decoder.decode(octets);
}

function signedField(file: PDFFile, name: string, field: number, told: Dictionary, reference: Reference): SignedField {
  const { last, octets } = file;
  const value = file.dictionary(reference, last);
  const contents = value?.get("Contents");
  const place = file.entry(reference.number, last);
  if (value === undefined || !(contents instanceof Text) || place === undefined || !("offset" in place.entry)) {
    throw new Malformed("a signature without a value of its own");
  }
  const range = file.array(value.get("ByteRange"), last);
  const [before = -1, gap = -1, after = -1, rest = -1] = range.map((one) => (typeof one === "number" ? one : -1));
  const less = whyLess(range.length, [before, gap, after, rest], contents, octets.length);
  const end = after + rest;
  const type = file.follow(value.get("Type"), last);
  const filter = file.follow(value.get("SubFilter"), last);
  const moment = file.follow(value.get("M"), last);
  const rules = rulesOf(file, value);
  return {
    name,
    field,
    value: reference.number,
    subfilter: filter instanceof Name ? filter.text : "",
    isTimeStamp: type instanceof Name && type.text === "DocTimeStamp",
    contents: contents.octets,
    parts: less === undefined ? [octets.subarray(0, gap), octets.subarray(after, end)] : [],
    end,
    gap,
    claimedTime: moment instanceof Text ? dateOf(textOf(moment)) : undefined,
    less,
    revision: less === undefined ? revisionOf(file, end, place.revision) : undefined,
    permission: rules.permission,
    locked: joinedLocks(rules.locks, told.has("Lock") ? [lockedBy(file, told.get("Lock"))] : []),
  };
}

/** The gap must be the digits of the value and nothing besides, or octets could hide in it. */
function whyLess(count: number, numbers: readonly number[], contents: Text, length: number): string | undefined {
  const [before = 0, gap = 0, after = 0, rest = 0] = numbers;
  const isSane = count === 4 && numbers.every((one) => Number.isInteger(one) && one >= 0) && before === 0;
  if (!isSane || after + rest > length) return "the signature does not cover the whole document as it was signed";
  if (gap === contents.start && after === contents.end && contents.isDigits) return undefined;
  return "the signature leaves out more than its own value";
}

/** The revision that ends where the signature's coverage ends, if the value belongs to it or to one before. */
function revisionOf(file: PDFFile, end: number, introduced: number): number | undefined {
  if (!endsRevision(file.octets, end)) return undefined;
  const start = startOf(file.octets, end);
  const revision = file.sections.findIndex((one) => one.offset === start);
  const isApart = file.sections.every((one, place) => (place <= revision ? one.offset < end : one.offset >= end));
  return revision >= introduced && isApart ? revision : undefined;
}

/** Tells whether a revision ends here: the place of its table, `%%EOF`, and the end of the line at most. */
export function endsRevision(octets: Uint8Array, end: number): boolean {
  const tail = String.fromCharCode(...octets.subarray(Math.max(0, end - 48), end));
  return /startxref\s{1,4}\d{1,10}\s{1,4}%%EOF(?:\r\n|\r|\n)?$/.test(tail);
}

interface Rules {
  readonly permission: number | undefined;
  readonly locks: readonly Lock[];
}

type Lock = readonly string[] | undefined;

/** What a signature says of changes after it: DocMDP, and FieldMDP (12.8.2). */
function rulesOf(file: PDFFile, value: Dictionary): Rules {
  const { last } = file;
  let permission: number | undefined;
  const locks: Lock[] = [];
  for (const one of file.array(value.get("Reference"), last)) {
    const rule = file.dictionary(one, last);
    const method = file.follow(rule?.get("TransformMethod"), last);
    const parameters = rule?.get("TransformParams");
    if (!(method instanceof Name) || method.text !== "DocMDP") {
      locks.push(method instanceof Name && method.text === "FieldMDP" ? lockedBy(file, parameters) : undefined);
      continue;
    }
    const told = file.follow(file.dictionary(parameters, last)?.get("P"), last);
    permission = typeof told === "number" ? told : 2;
  }
  return { permission, locks };
}

/** The fields that a lock names; undefined for one that locks all, or all but some, or the document. */
function lockedBy(file: PDFFile, value: Value | undefined): Lock {
  const lock = file.dictionary(value, file.last);
  const action = file.follow(lock?.get("Action"), file.last);
  if (lock === undefined || lock.has("P") || !(action instanceof Name) || action.text !== "Include") return undefined;
  const names = file.array(lock.get("Fields"), file.last).map((one) => file.follow(one, file.last));
  return names.every((one): one is Text => one instanceof Text) ? names.map(textOf) : undefined;
}

function joinedLocks(...locks: readonly (readonly Lock[])[]): Lock {
  const all = locks.flat();
  return all.includes(undefined) ? undefined : all.flatMap((one) => one ?? []);
}

/** A date of PDF in UTC (7.9.4); undefined for what is none. */
export function dateOf(text: string): Date | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", sign, hours = "0", minutes = "0"] = found;
  try {
    const local = momentOf(`${year}${month}${day}${hour}${minute}${second}`);
    const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(Number(local) - (sign === undefined ? 0 : offset));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

const BYTE_RANGE = [..."/ByteRange"].map((one) => one.charCodeAt(0));

/** How often `/ByteRange` stands in a file: more often than there are signatures, where one of them is not found. */
export function countRanges(octets: Uint8Array): number {
  const [first = 0] = BYTE_RANGE;
  let count = 0;
  for (let place = octets.indexOf(first); place >= 0; place = octets.indexOf(first, place + 1)) {
    if (BYTE_RANGE.every((octet, offset) => octets[place + offset] === octet)) count += 1;
  }
  return count;
}

