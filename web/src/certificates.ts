/**
 * X.509 certificates and revocation lists (RFC 5280, GB/T 20518), and the path from one to a pinned anchor.
 *
 * Of the rules of paths, these are kept: names, signatures in SM2 with SM3, validity now, basicConstraints with its path
 * length, keyUsage, no critical extension that is not understood, and revocation by lists, which are complete or a shard
 * that the certificate names.
 */
import { Element, Tag } from "./der.js";
import { Malformed, equal, hex } from "./octets.js";
import { derSignature, sm3, verify } from "./sm2.js";

const SM2_WITH_SM3 = "1.2.156.10197.1.501";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const DISTRIBUTION_POINTS = "2.5.29.31";
const ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
const DELTA = "2.5.29.27";
const EXPIRED_CERTIFICATES = "2.5.29.60";
const UNDERSTOOD = new Set([
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  EXTENDED_KEY_USAGE,
  DISTRIBUTION_POINTS,
  "2.5.29.14", // subjectKeyIdentifier
  "2.5.29.35", // authorityKeyIdentifier
  "2.5.29.17", // subjectAltName, on which no path hangs
  "2.5.29.32", // certificatePolicies, likewise
  "1.3.6.1.5.5.7.1.1", // authorityInfoAccess, likewise
  "1.3.6.1.5.5.7.48.1.5", // id-pkix-ocsp-nocheck, likewise
]);
const DIGITAL_SIGNATURE = 0;
const CONTENT_COMMITMENT = 1;
const CERTIFICATE_SIGNING = 5;
const LIST_SIGNING = 6;
const LONGEST_PATH = 8;

interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function extensionsOf(list: Element): Map<string, Extension> {
  const found = new Map<string, Extension>();
  for (const one of list.sequence()) {
    const [identifier, ...rest] = one.sequence();
    const oid = identifier?.oid();
    const value = rest.pop()?.octets();
    // Not critical is the default, which DER leaves out and real authorities write.
    const critical = rest.map((flag) => flag.boolean()).includes(true);
    if (oid === undefined || value === undefined || rest.length > 1 || found.has(oid)) throw new Malformed("not extensions");
    found.set(oid, { critical, value });
  }
  return found;
}

function pick<Kind>(value: Kind | undefined): Kind {
  if (value === undefined) throw new Malformed("a member is missing");
  return value;
}

/** A certificate or a list as it came: what is signed, with which algorithm, and the signature. */
class Signed {
  readonly tbs: Element;
  readonly algorithm: Element;
  readonly signature: Uint8Array;

  constructor(readonly der: Uint8Array) {
    const members = Element.parse(der).sequence();
    if (members.length !== 3) throw new Malformed("not three members");
    this.tbs = pick(members[0]);
    this.algorithm = pick(members[1]);
    this.signature = pick(members[2]).bits();
  }

  /** `inside` is the algorithm that the signed part names; it is not signed outside of it. */
  isSignedBy(key: Uint8Array, inside: Element): boolean {
    if (!equal(this.algorithm.raw, inside.raw) || inside.sequence()[0]?.oid() !== SM2_WITH_SM3) return false;
    try {
      return verify(this.tbs.raw, derSignature(this.signature), key);
    } catch (error) {
      if (error instanceof Malformed) return false;
      throw error;
    }
  }
}

export class Certificate {
  readonly fingerprint: string;
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** The point 04 ‖ x ‖ y, of a key that may be one of SM2. */
  readonly point: Uint8Array;
  readonly signed: Signed;
  /** The algorithm of the issuer's signature, as the signed part names it. */
  readonly algorithm: Element;
  readonly extensions: ReadonlyMap<string, Extension>;

  constructor(readonly der: Uint8Array) {
    this.signed = new Signed(der);
    this.fingerprint = sm3(der);
    const members = this.signed.tbs.sequence();
    if (members[0]?.tag !== 0xa0) throw new Malformed("a certificate of before version 3");
    this.serial = pick(members[1]).body;
    this.algorithm = pick(members[2]);
    this.issuer = pick(members[3]).raw;
    const [notBefore, notAfter] = pick(members[4]).sequence();
    this.notBefore = pick(notBefore).time();
    this.notAfter = pick(notAfter).time();
    this.subject = pick(members[5]).raw;
    this.publicKey = pick(members[6]).raw;
    this.point = pick(pick(members[6]).sequence()[1]).bits();
    const last = members.find((one) => one.tag === 0xa3);
    this.extensions = last === undefined ? new Map<string, Extension>() : extensionsOf(pick(last.children()[0]));
  }

  /** The value of an extension, if it is there. */
  value(oid: string): Element | undefined {
    const found = this.extensions.get(oid);
    return found === undefined ? undefined : Element.parse(found.value);
  }

  /** An authority's path length, or Infinity where it has no limit; undefined for who is none. */
  get authority(): number | undefined {
    const members = this.value(BASIC_CONSTRAINTS)?.sequence() ?? [];
    if (members[0]?.tag !== Tag.BOOLEAN || !members[0].boolean()) return undefined;
    return members[1] === undefined ? Infinity : Number(members[1].integer());
  }

  may(use: number): boolean {
    const usage = this.value(KEY_USAGE)?.body;
    if (usage === undefined) return true;
    const octet = usage[1 + (use >> 3)] ?? 0;
    return (octet & (0x80 >> (use & 7))) !== 0;
  }

  /** Tells whether the key signs what is meant by `purpose`, and nothing else that has a purpose. */
  isOnlyFor(purpose: string): boolean {
    const purposes = this.value(EXTENDED_KEY_USAGE)?.sequence().map((one) => one.oid());
    return purposes?.length === 1 && purposes[0] === purpose && this.maySign;
  }

  get maySign(): boolean {
    return this.may(DIGITAL_SIGNATURE) || this.may(CONTENT_COMMITMENT);
  }

  get isUnderstood(): boolean {
    return [...this.extensions].every(([oid, one]) => !one.critical || UNDERSTOOD.has(oid));
  }

  isValidAt(now: Date): boolean {
    return this.notBefore <= now && now <= this.notAfter;
  }

  isIssuedBy(issuer: Certificate): boolean {
    return equal(this.issuer, issuer.subject) && this.signed.isSignedBy(issuer.point, this.algorithm);
  }

  /** The names under which lists that tell of this one are published, in DER. */
  get distributionPoints(): Set<string> {
    const found = new Set<string>();
    for (const point of this.value(DISTRIBUTION_POINTS)?.sequence() ?? []) {
      const [name] = point.sequence();
      if (name?.tag !== 0xa0) continue;
      const [full] = name.children();
      if (full?.tag === 0xa0) full.children().forEach((one) => found.add(hex(one.raw)));
    }
    return found;
  }
}

export class RevocationList {
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly signed: Signed;
  readonly algorithm: Element;
  /** What is revoked, by serial number in hex. */
  readonly entries: ReadonlyMap<string, Element>;
  readonly extensions: ReadonlyMap<string, Extension>;

  constructor(der: Uint8Array) {
    this.signed = new Signed(der);
    const members = this.signed.tbs.sequence();
    if (members[0]?.tag === Tag.INTEGER) members.shift();
    this.algorithm = pick(members.shift());
    this.issuer = pick(members.shift()).raw;
    this.thisUpdate = pick(members.shift()).time();
    const next = members[0];
    const hasEnd = next?.tag === Tag.UTC_TIME || next?.tag === Tag.GENERALIZED_TIME;
    this.nextUpdate = hasEnd ? members.shift()?.time() : undefined;
    const entries = members[0]?.tag === Tag.SEQUENCE ? pick(members.shift()).children() : [];
    this.entries = new Map(entries.map((entry) => [hex(pick(entry.sequence()[0]).body), entry]));
    this.extensions = members[0] === undefined ? new Map() : extensionsOf(pick(members[0].children()[0]));
  }

  /** Tells whether the certificate would be named if it was revoked (RFC 5280, 6.3.3, b). */
  tellsOf(certificate: Certificate): boolean {
    for (const [oid, one] of this.extensions) {
      if (oid === DELTA || (one.critical && oid !== ISSUING_DISTRIBUTION_POINT)) return false;
    }
    const point = this.extensions.get(ISSUING_DISTRIBUTION_POINT);
    if (point === undefined) return this.keeps(certificate);
    for (const limit of Element.parse(point.value).sequence()) {
      const isAuthority = certificate.authority !== undefined;
      if (limit.tag === 0xa0) {
        const [full] = limit.children();
        const names = full?.tag === 0xa0 ? full.children().map((one) => hex(one.raw)) : [];
        if (!names.some((one) => certificate.distributionPoints.has(one))) return false;
      } else if (limit.tag === 0x81 ? isAuthority : limit.tag !== 0x82 || !isAuthority) {
        return false;
      }
    }
    return this.keeps(certificate);
  }

  /** Many authorities take what has ended off their lists, unless they say that they keep it (X.509, 9.5.2.8). */
  private keeps(certificate: Certificate): boolean {
    const since = this.extensions.get(EXPIRED_CERTIFICATES);
    return this.thisUpdate <= certificate.notAfter || (since !== undefined && Element.parse(since.value).time() <= certificate.notAfter);
  }

  /** What this list says of a certificate now: revoked, not revoked, or nothing that can be relied on. */
  says(certificate: Certificate, issuer: Certificate, now: Date): boolean | undefined {
    const covers = equal(this.issuer, certificate.issuer) && (this.nextUpdate === undefined || this.nextUpdate >= now);
    if (!covers || !this.tellsOf(certificate) || !issuer.may(LIST_SIGNING)) return undefined;
    return this.signed.isSignedBy(issuer.point, this.algorithm) ? this.entries.has(hex(certificate.serial)) : undefined;
  }
}

export interface Material {
  readonly anchors: readonly Certificate[];
  readonly certificates: readonly Certificate[];
  readonly lists: readonly RevocationList[];
  readonly now: Date;
}

/** "good", "revoked", or "unknown" where no list covers the moment: that is never taken for good. */
function standing(certificate: Certificate, issuer: Certificate, { lists, now }: Material): "good" | "revoked" | "unknown" {
  const newest = lists
    .map((list) => ({ at: list.thisUpdate, revoked: list.says(certificate, issuer, now) }))
    .filter((one) => one.revoked !== undefined)
    .sort((one, other) => Number(one.at) - Number(other.at) || Number(one.revoked) - Number(other.revoked))
    .at(-1);
  if (newest === undefined) return "unknown";
  return newest.revoked === true ? "revoked" : "good";
}

/** Returns the chain from `leaf` to an anchor, which is its last, or undefined where there is none. */
function chain(leaf: Certificate, material: Material, below: readonly Certificate[] = []): Certificate[] | undefined {
  const path = [...below, leaf];
  if (material.anchors.some((anchor) => anchor.fingerprint === leaf.fingerprint)) return path;
  if (path.length > LONGEST_PATH) return undefined;
  for (const issuer of [...material.anchors, ...material.certificates]) {
    const length = issuer.authority;
    if (path.includes(issuer) || length === undefined || length < below.length) continue;
    if (!issuer.may(CERTIFICATE_SIGNING) || !leaf.isIssuedBy(issuer)) continue;
    const found = chain(issuer, material, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Tells whether a path leads from `leaf` to an anchor: "trusted", "untrusted", or "open" where revocation lists are
 * missing or too old, or a certificate has expired.
 */
export function pathOf(leaf: Certificate, material: Material): "trusted" | "open" | "untrusted" {
  const found = chain(leaf, material);
  if (found === undefined || !found.every((one) => one.isUnderstood)) return "untrusted";
  const { now } = material;
  if (found.some((one) => now < one.notBefore)) return "untrusted";
  const standings = found.slice(0, -1).map((one, place) => standing(one, found[place + 1] as Certificate, material));
  if (standings.includes("revoked")) return "untrusted";
  return standings.includes("unknown") || found.some((one) => now > one.notAfter) ? "open" : "trusted";
}
