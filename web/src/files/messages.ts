/**
 * Signed messages (RFC 5652; GB/T 35275 with either type of content), read in DER alone. trust/cms.py reads more; what it
 * reads and this reader refuses is for the server.
 */
import type { Certificate, RevocationList } from "../certificates.js";
import { Malformed, concatenated, equal } from "../octets.js";
import { Element, Tag, algorithmOf, exactly, needed, padded, requireTree, whole } from "./asn1.js";
import { certificateOf, keyIdentifier, listOf, revokedIn } from "./material.js";
import { hex } from "../octets.js";

export const DATA = "1.2.840.113549.1.7.1";
export const GM_DATA = "1.2.156.10197.6.1.4.2.1";
export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const SIGNED_DATA = ["1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"];
const OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2";
/** Lists and answers under the signature itself, as older programs put them there (ISO 32000-1, 12.8.3.3.2). */
const ARCHIVED = "1.2.840.113583.1.1.8";
const MOST_ARCHIVED = 50;

export const CONTENT_TYPE = "1.2.840.113549.1.9.3";
export const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
export const SIGNING_TIME = "1.2.840.113549.1.9.5";
export const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
export const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
export const ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
export const TIME_STAMP = "1.2.840.113549.1.9.16.2.14";

const MOST_SIGNERS = 20;
const MOST_CERTIFICATES = 200;

type Attributes = ReadonlyMap<string, readonly Element[]>;

export interface Signer {
  readonly digestOid: string;
  readonly algorithm: Element;
  readonly signature: Uint8Array;
  /** The attributes as the SET OF that is signed; undefined where there are none. */
  readonly covered: Uint8Array | undefined;
  readonly signed: Attributes;
  readonly unsigned: Attributes;
  readonly names: (certificate: Certificate) => boolean;
}

export interface Message {
  readonly contentType: string;
  readonly content: Uint8Array | undefined;
  readonly certificates: readonly Certificate[];
  readonly lists: readonly RevocationList[];
  readonly doubted: readonly string[];
  readonly signers: readonly Signer[];
}

/** Members of a SEQUENCE, taken one after the other. */
export class Members {
  private readonly waiting: Element[];

  constructor(element: Element) {
    this.waiting = element.sequence().reverse();
  }

  next(tag: number): Element {
    return needed(this.optional(tag));
  }

  optional(tag: number): Element | undefined {
    return this.waiting.at(-1)?.tag === tag ? this.waiting.pop() : undefined;
  }

  any(): Element {
    return needed(this.waiting.pop());
  }

  end(): void {
    if (this.waiting.length > 0) throw new Malformed("something follows");
  }
}

/** Reads a ContentInfo around SignedData. Throws `Malformed`. */
export function readMessage(encoded: Uint8Array): Message {
  const root = padded(encoded);
  requireTree(root);
  const outer = new Members(root);
  const kind = outer.next(Tag.OID).oid();
  const [data, ...more] = outer.next(0xa0).children();
  outer.end();
  if (!SIGNED_DATA.includes(kind) || data === undefined || more.length > 0) throw new Malformed("not signed data");
  const members = new Members(data);
  whole(members.next(Tag.INTEGER));
  members.next(Tag.SET);
  const inner = new Members(members.next(Tag.SEQUENCE));
  const contentType = inner.next(Tag.OID).oid();
  const holder = inner.optional(0xa0)?.children();
  inner.end();
  if (holder !== undefined && holder.length !== 1) throw new Malformed("not one content");
  const certificates = members.optional(0xa0)?.children() ?? [];
  const informations = members.optional(0xa1)?.children() ?? [];
  const infos = members.next(Tag.SET).children();
  members.end();
  if (infos.length > MOST_SIGNERS || certificates.length > MOST_CERTIFICATES) throw new Malformed("far too many");
  const signers = infos.map(signerOf);
  const archived = (tag: number): Element[] => signers.flatMap((one) => archivedIn(one, tag));
  return {
    contentType,
    content: holder?.[0]?.octets(),
    certificates: certificates.map((one) => certificateOf(one.raw)),
    lists: [
      ...informations.filter((one) => one.tag === Tag.SEQUENCE).map((one) => listOf(one.raw)),
      ...archived(0xa0).flatMap((one) => passingOver(() => [listOf(one.raw)])),
    ],
    doubted: [
      ...informations.filter((one) => one.tag !== Tag.SEQUENCE).flatMap(doubtedBy),
      ...archived(0xa1).flatMap((one) => passingOver(() => revokedIn(one.raw))),
    ],
    signers,
  };
}

/** What stands under a signature: lists under [0], answers under [1]. */
function archivedIn(signer: Signer, tag: number): Element[] {
  return (signer.signed.get(ARCHIVED) ?? []).flatMap((value) =>
    passingOver(() =>
      value
        .sequence()
        .filter((one) => one.tag === tag)
        .flatMap((one) => needed(one.children()[0]).sequence().slice(0, MOST_ARCHIVED)),
    ),
  );
}

/** What can be read; nothing where it is malformed. */
function passingOver<Read>(reading: () => Read[]): Read[] {
  try {
    return reading();
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

/** Revocation information of another kind (RFC 5940, 2). */
function doubtedBy(element: Element): string[] {
  if (element.tag !== 0xa1) throw new Malformed("not revocation information");
  const [kind, answer] = element.children();
  return kind?.oid() === OCSP_RESPONSE && answer !== undefined ? revokedIn(answer.raw) : [];
}

function signerOf(element: Element): Signer {
  const members = new Members(element);
  whole(members.next(Tag.INTEGER));
  const names = namedBy(members.any());
  const [digestOid] = algorithmOf(members.next(Tag.SEQUENCE));
  const covered = members.optional(0xa0);
  const signed = attributesOf(covered);
  const algorithm = members.next(Tag.SEQUENCE);
  const signature = members.next(Tag.OCTET_STRING).body;
  const unsigned = attributesOf(members.optional(0xa1));
  members.end();
  return {
    names,
    digestOid,
    algorithm,
    signature,
    covered: signed.size === 0 ? undefined : concatenated(Uint8Array.of(Tag.SET), needed(covered).raw.subarray(1)),
    signed,
    unsigned,
  };
}

function namedBy(element: Element): (certificate: Certificate) => boolean {
  if (element.tag === 0x80) {
    const identifier = hex(element.body);
    return (one) => keyIdentifier(one) === identifier;
  }
  const [issuer, serial] = exactly(element, 2).map(needed) as [Element, Element];
  whole(serial);
  return (one) => equal(one.issuer, issuer.raw) && equal(one.serial, serial.body);
}

function attributesOf(element: Element | undefined): Attributes {
  const found = new Map<string, readonly Element[]>();
  for (const one of element?.children() ?? []) {
    const [kind, values] = exactly(one, 2).map(needed) as [Element, Element];
    const oid = kind.oid();
    if (found.has(oid) || values.tag !== Tag.SET) throw new Malformed("an attribute twice, or without values");
    found.set(oid, values.children());
  }
  return found;
}

/** The one value of a signed attribute; undefined where it is absent. Of two, each reader would choose his. */
export function single(attributes: Attributes, oid: string): Element | undefined {
  const values = attributes.get(oid);
  if (values !== undefined && values.length !== 1) throw new Malformed("not one value");
  return values?.[0];
}
