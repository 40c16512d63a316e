/**
 * Electronic seals and seal signatures: GM/T 0031-2014 (V1), GB/T 38540-2020 (V4), GM/T 0031-2025 (V5).
 *
 * Read as seal/data/reading.py reads them, with what real vendors do otherwise; signatures are checked over the octets as
 * they came.
 */
import { Malformed, concatenated } from "../octets.js";
import { Element, Tag, exactly, inside, momentOf, needed, padded, requireTree, text, whole } from "./asn1.js";
import { statedTime } from "./time_stamps.js";

const MOST = 100;
const LARGEST = 1n << 64n;
const FIRST_SHAPE = [1n, 2n, 3n, 11n];
const LOOSE_TIME = /^(\d{14})(?:\.\d{1,12})?Z?$/;
const TIME_IN_TEXT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/;

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** What is signed, with which algorithm, and the value: of a seal by its maker, of a signature by its signer. */
interface Signed {
  readonly certificate: Uint8Array;
  readonly algorithm: string;
  readonly signed: Uint8Array;
  readonly value: Uint8Array;
  readonly timeStamp: Uint8Array | undefined;
  readonly extensions: readonly Extension[];
}

export interface Seal extends Signed {
  readonly version: 1 | 4 | 5;
  /** The code of the seal (esID). */
  readonly identifier: string;
  readonly name: string;
  /** Certificates of those who may sign with it, or their hashes. */
  readonly listed: readonly Uint8Array[];
  readonly listsHashes: boolean;
  readonly createdAt: Date;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

export interface SealSignature extends Signed {
  readonly seal: Seal;
  /** A claim. Undefined where V1 holds no time. */
  readonly signedAt: Date | undefined;
  readonly dataHash: Uint8Array;
}

/** Reads an SESeal of any version. Throws `Malformed`. */
export function readSeal(encoded: Uint8Array): Seal {
  const element = Element.parse(encoded);
  requireTree(element);
  return sealOf(element);
}

/** Reads an SES_Signature of any version; zeros after it are padding, as in a PDF. Throws `Malformed`. */
export function readSealSignature(encoded: Uint8Array): SealSignature {
  const element = padded(encoded);
  requireTree(element);
  return signatureOf(element);
}

function member(members: readonly Element[], place: number): Element {
  return needed(members[place]);
}

function number(element: Element): bigint {
  const found = whole(element);
  if (found >= LARGEST || found <= -LARGEST) throw new Malformed("far too large a number");
  return found;
}

function sealOf(element: Element): Seal {
  const members = exactly(element, 2, 4, 5);
  const info = member(members, 0);
  const isFirst = members.length === 2;
  const signing = isFirst ? exactly(member(members, 1), 3) : members.slice(1, 4);
  const [certificate, algorithm, value] = signing.map(needed) as [Element, Element, Element];
  const [header, identifier, property, picture, ...extensions] = exactly(info, 4, 5);
  const version = versionOf(needed(header), isFirst);
  if (members.length === 5 && version !== 5) throw new Malformed("a time-stamp in a seal of version 4");
  const code = text(needed(identifier));
  requirePicture(needed(picture));
  return {
    version,
    identifier: code,
    ...propertyOf(needed(property), isFirst),
    extensions: extensions.flatMap((one) => extensionsOf(one.tag === 0xa0 ? inside(one) : one)),
    certificate: certificate.octets(),
    algorithm: algorithm.oid(),
    signed: isFirst ? sequence(info.raw, certificate.raw, algorithm.raw) : info.raw,
    value: value.bits(),
    timeStamp: stampOf(members),
  };
}

function versionOf(header: Element, isFirst: boolean): 1 | 4 | 5 {
  const [identifier, version, vendor] = exactly(header, 3).map(needed) as [Element, Element, Element];
  if (text(identifier) !== "ES") throw new Malformed("not a seal");
  text(vendor);
  const told = number(version);
  if (isFirst ? !FIRST_SHAPE.includes(told) : told !== 4n && told !== 5n) throw new Malformed("another version");
  return isFirst ? 1 : told === 4n ? 4 : 5;
}

type Property = Pick<Seal, "name" | "listed" | "listsHashes" | "createdAt" | "validFrom" | "validUntil">;

function propertyOf(element: Element, isFirst: boolean): Property {
  const members = exactly(element, isFirst ? 6 : 7);
  number(member(members, 0));
  const name = text(member(members, 1));
  const kind = isFirst ? 1n : whole(needed(members.splice(2, 1)[0]));
  if (kind !== 1n && kind !== 2n) throw new Malformed("another kind of list");
  const listed = member(members, 2).sequence();
  if (listed.length === 0 || listed.length > MOST) throw new Malformed("signers too many or none");
  const [createdAt, validFrom, validUntil] = members.slice(3).map(moment) as [Date, Date, Date];
  const signerOf = kind === 2n ? hashOf : listedCertificate;
  return { name, listed: listed.map(signerOf), listsHashes: kind === 2n, createdAt, validFrom, validUntil };
}

function hashOf(element: Element): Uint8Array {
  const [name, value] = exactly(element, 2).map(needed) as [Element, Element];
  text(name);
  return value.octets();
}

function listedCertificate(element: Element): Uint8Array {
  return element.tag === Tag.IA5_STRING ? element.body : element.octets(); // V1 seals of one vendor
}

function requirePicture(element: Element): void {
  const members = exactly(element, 4);
  text(member(members, 0));
  member(members, 1).octets();
  number(member(members, 2));
  number(member(members, 3));
}

function signatureOf(element: Element): SealSignature {
  const members = exactly(element, 2, 4, 5);
  const isFirst = members.length === 2;
  const signed = member(members, 0);
  const tbs = isFirst ? exactly(signed, 7) : exactly(signed, 5, 6);
  whole(member(tbs, 0));
  text(member(tbs, 4));
  const extensions = isFirst ? [] : tbs.slice(5);
  return {
    seal: sealOf(member(tbs, 1)),
    signedAt: isFirst ? firstTime(member(tbs, 2)) : moment(member(tbs, 2)),
    dataHash: member(tbs, 3).bits(),
    certificate: member(isFirst ? tbs : members, isFirst ? 5 : 1).octets(),
    algorithm: member(isFirst ? tbs : members, isFirst ? 6 : 2).oid(),
    signed: signed.raw,
    value: member(members, isFirst ? 1 : 3).bits(),
    timeStamp: isFirst ? undefined : stampOf(members),
    extensions: extensions.flatMap((one) => extensionsOf(one.tag === 0xa0 ? inside(one) : one)),
  };
}

function extensionsOf(element: Element): Extension[] {
  const members = element.sequence();
  if (members.length > MOST) throw new Malformed("far too many extensions");
  return members.map((one) => {
    const [identifier, ...rest] = exactly(one, 2, 3);
    const value = needed(rest.pop()).octets();
    return { oid: needed(identifier).oid(), critical: rest[0]?.boolean() === true, value };
  });
}

/** The time-stamp behind the value, if there is one: EXPLICIT [0], IMPLICIT [0] or untagged. */
function stampOf(members: readonly Element[]): Uint8Array | undefined {
  const element = members[4];
  if (element === undefined) return undefined;
  if (element.tag === 0xa0) return inside(element).bits();
  if (element.tag === Tag.OCTET_STRING) return element.body;
  if (element.tag !== 0x80) return element.bits();
  if (element.body[0] !== 0) throw new Malformed("not whole octets");
  return element.body.subarray(1);
}

/** A time of either type; a GeneralizedTime may have a fraction of a second, or lack its Z. */
function moment(element: Element): Date {
  if (element.tag !== Tag.GENERALIZED_TIME || element.body.length === 15) return element.time();
  const digits = LOOSE_TIME.exec(String.fromCharCode(...element.body.subarray(0, 32)))?.[1];
  if (digits === undefined || element.body.length > 32) throw new Malformed("not a time");
  return momentOf(digits);
}

/** The time of V1, where timeInfo holds a text or a token. The token lies in what is signed: its time is a claim. */
function firstTime(element: Element): Date | undefined {
  const body = element.bits();
  const written = body.length <= 40 ? String.fromCharCode(...body) : "";
  if (/^\d{14}Z$/.test(written)) return possible(written.slice(0, 14));
  const found = TIME_IN_TEXT.exec(written);
  if (found !== null) {
    const zone = (found[4] ?? "Z").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
    const read = new Date(`${found[1]}T${found[2]}${(found[3] ?? "").slice(0, 4)}${zone}`);
    return Number.isNaN(Number(read)) ? undefined : read;
  }
  const stated = statedTime(body);
  return stated && new Date(Math.floor(Number(stated) / 1000) * 1000);
}

function possible(digits: string): Date | undefined {
  try {
    return momentOf(digits);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function sequence(...parts: Uint8Array[]): Uint8Array {
  const body = concatenated(...parts);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = body.length < 0x80 ? [body.length] : [0x80 | length.length, ...length];
  return concatenated(Uint8Array.of(Tag.SEQUENCE, ...head), body);
}
