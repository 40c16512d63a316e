/** Certificates, revocation lists and answers that a file brings along, read as strictly as the service reads them. */
import { Certificate, RevocationList } from "../certificates.js";
import { Malformed, equal, hex } from "../octets.js";
import { sm3 } from "../sm2.js";
import type { TrustList } from "../trust_list.js";
import { type Answer, answerFor } from "./algorithms.js";
import { Element, Tag, algorithmOf, exactly, inside, needed, requireTree, whole } from "./asn1.js";
import type { Need } from "./verdict.js";

const VERSION_3 = 2n;
/** issuerUniqueID, subjectUniqueID, extensions. */
const OPTIONAL: readonly number[] = [0x81, 0x82, 0xa3];
/** Members of an AuthorityKeyIdentifier: the key's identifier, the issuer's name and serial number. */
const AUTHORITY_KEY_TAGS: readonly number[] = [0x80, 0xa1, 0x82];
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";

/** An anchor of the trust list, and what it is trusted for. */
export interface Anchor {
  readonly certificate: Certificate;
  readonly purposes: readonly string[];
}

/** What a verifier has in hand. What a file brings is material; nothing is trusted because of it. */
export interface Evidence {
  readonly now: Date;
  readonly anchors: readonly Anchor[];
  readonly certificates: readonly Certificate[];
  readonly lists: readonly RevocationList[];
  /** Serial numbers, in hex, that OCSP answers in the file call revoked: whether they are right, the server says. */
  readonly doubted: ReadonlySet<string>;
  /** What was met that only the server can answer. */
  readonly needs: Set<Need>;
  /** Which key signed what, by the fingerprints of both: a file brings the same certificate several times. */
  readonly answers: Map<string, Promise<Answer>>;
}

/** What the trust list gives. Without one no path leads anywhere. */
export function evidenceOf(trust: TrustList | undefined, now: Date): Evidence {
  const listed = [...(trust?.authorities ?? []), ...(trust?.signers ?? [])];
  return {
    now,
    anchors: (trust?.anchors ?? []).filter((one) => one.state !== "revoked"),
    certificates: listed.map((one) => one.certificate),
    lists: trust?.revocationLists ?? [],
    doubted: new Set(),
    needs: new Set(trust === undefined ? ["trust_list"] : []),
    answers: new Map(),
  };
}

export interface Brought {
  readonly certificates?: readonly Certificate[];
  readonly lists?: readonly RevocationList[];
  readonly doubted?: Iterable<string>;
}

export function joined(evidence: Evidence, brought: Brought): Evidence {
  return {
    ...evidence,
    certificates: [...evidence.certificates, ...(brought.certificates ?? [])],
    lists: [...evidence.lists, ...(brought.lists ?? [])],
    doubted: new Set([...evidence.doubted, ...(brought.doubted ?? [])]),
  };
}

/** Signatures of certificates and lists that are verified for one file: a bag of namesakes must not keep a page busy. */
export const MOST_ANSWERS = 150;
/** What was found to hold before, by the same fingerprints: the same few authorities stand in every file. */
const held = new Set<string>();
const MOST_HELD = 500;
/** After so many the page may answer its reader. */
const BREATH = 8;

/** Whether the key of `issuer` signed a certificate or a list; each pair is looked at once, and so many in all. */
export async function isSigned(one: Certificate | RevocationList, issuer: Certificate, evidence: Evidence): Promise<Answer> {
  const { tbs, algorithm, signature, der } = one.signed;
  const key = `${one instanceof Certificate ? one.fingerprint : sm3(der)} ${issuer.fingerprint}`;
  // The algorithm outside must be the one inside, which alone is signed (RFC 5280, 4.1.1.2).
  const ask = (): Promise<Answer> =>
    equal(algorithm.raw, one.algorithm.raw)
      ? answerFor({ key: issuer.publicKey, algorithm, message: tbs.raw, signature })
      : Promise.resolve("broken");
  if (held.has(key)) return "holds";
  const known = evidence.answers.get(key);
  if (known !== undefined) return known;
  if (evidence.answers.size >= MOST_ANSWERS) return "unknown";
  const found = ask().then((answer) => {
    if (held.size >= MOST_HELD) held.clear();
    if (answer === "holds") held.add(key);
    return answer;
  });
  evidence.answers.set(key, found);
  if (evidence.answers.size % BREATH === 0) await breathe();
  return found;
}

/** Lets the page answer its reader before something long is computed. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function requireName(name: Element): void {
  for (const relative of name.sequence()) {
    const pairs = relative.children();
    if (relative.tag !== Tag.SET || pairs.length === 0) throw new Malformed("not a relative name");
    for (const pair of pairs) needed(exactly(pair, 2)[0]).oid();
  }
}

/** Reads a certificate, and whatever of it a path hangs on, as trust/certificates.py does. Throws `Malformed`. */
export function certificateOf(der: Uint8Array): Certificate {
  requireTree(Element.parse(der));
  const found = new Certificate(der);
  const [version, serial, algorithm, issuer, validity, subject, key, ...more] = found.signed.tbs.sequence();
  if (version === undefined || whole(inside(version)) !== VERSION_3) throw new Malformed("not of version 3");
  whole(needed(serial));
  [found.signed.algorithm, needed(algorithm)].forEach(algorithmOf);
  [issuer, subject].forEach((name) => requireName(needed(name)));
  exactly(needed(validity), 2);
  needed(exactly(needed(key), 2)[0]).sequence();
  const tags = more.map((one) => one.tag);
  const isOrdered = tags.every((tag, place) => OPTIONAL.includes(tag) && (place === 0 || (tags[place - 1] as number) < tag));
  const isEmpty = more.some((one) => one.tag === 0xa3 && inside(one).sequence().length === 0);
  if (!isOrdered || isEmpty) throw new Malformed("not its members");
  requireExtensions(found);
  return found;
}

function requireExtensions(certificate: Certificate): void {
  const [isAuthority, ...lengths] = certificate.value(BASIC_CONSTRAINTS)?.sequence() ?? [];
  if (isAuthority !== undefined && isAuthority.tag !== Tag.BOOLEAN) lengths.unshift(isAuthority);
  else isAuthority?.boolean();
  if (lengths.length > 1 || lengths.some((one) => whole(one) < 0n)) throw new Malformed("no basicConstraints");
  const usage = certificate.value(KEY_USAGE);
  if (usage !== undefined && usage.tag !== Tag.BIT_STRING) throw new Malformed("no keyUsage");
  const purposes = certificate.value(EXTENDED_KEY_USAGE)?.sequence();
  if (purposes?.length === 0) throw new Malformed("no purpose");
  purposes?.forEach((one) => one.oid());
  certificate.value(SUBJECT_KEY_IDENTIFIER)?.octets();
  const told = (certificate.value(AUTHORITY_KEY_IDENTIFIER)?.sequence() ?? []).map((one) => one.tag);
  if (told.join() !== AUTHORITY_KEY_TAGS.filter((tag) => told.includes(tag)).join()) throw new Malformed("no key identifier");
}

/** The purposes of extKeyUsage; undefined where nothing limits them. */
export function purposesOf(certificate: Certificate): readonly string[] | undefined {
  return certificate.value(EXTENDED_KEY_USAGE)?.sequence().map((one) => one.oid());
}

export function mustKeepToItsPurposes(certificate: Certificate): boolean {
  return certificate.extensions.get(EXTENDED_KEY_USAGE)?.critical === true;
}

/** The identifier of the certified key in hex, if it is told. */
export function keyIdentifier(certificate: Certificate): string | undefined {
  const found = certificate.value(SUBJECT_KEY_IDENTIFIER)?.octets();
  return found === undefined ? undefined : hex(found);
}

/** The identifier of the issuer's key in hex, if it is told. */
export function issuerKeyIdentifier(certificate: Certificate): string | undefined {
  const found = certificate.value(AUTHORITY_KEY_IDENTIFIER)?.sequence().find((one) => one.tag === 0x80);
  return found === undefined ? undefined : hex(found.body);
}

export function listOf(der: Uint8Array): RevocationList {
  requireTree(Element.parse(der));
  return new RevocationList(der);
}

/**
 * The serial numbers that an OCSP answer (RFC 6960, 4.2.1) calls revoked, read from an OCSPResponse or from the
 * BasicOCSPResponse inside. Its signature is not verified: it can raise a doubt here, and settles nothing.
 */
export function revokedIn(der: Uint8Array): string[] {
  const first = Element.parse(der).sequence();
  const holder = first[0]?.tag === 0x0a ? first[1]?.children()[0]?.sequence()[1]?.octets() : der;
  if (holder === undefined) return [];
  const data = needed(Element.parse(holder).sequence()[0]).sequence();
  const answers = data.find((one, place) => place > 0 && one.tag === Tag.SEQUENCE)?.sequence() ?? [];
  return answers.flatMap((one) => {
    const [identifier, status] = one.sequence();
    const serial = identifier?.sequence().at(-1);
    return status?.tag === 0xa1 && serial !== undefined ? [hex(serial.body)] : [];
  });
}
