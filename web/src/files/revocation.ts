/** What revocation lists say of a certificate at a moment (RFC 5280, 6.3; trust/revocation.py, step by step). */
import type { Certificate, RevocationList } from "../certificates.js";
import type { Check } from "../claim.js";
import { Malformed, equal, hex } from "../octets.js";
import { signatureHasEnded } from "./algorithms.js";
import { Element, algorithmOf, commonName, needed } from "./asn1.js";
import { type Evidence, isSigned } from "./material.js";
import { checked, finding, open, told } from "./verdict.js";

const REASON = "2.5.29.21";
const INVALIDITY_DATE = "2.5.29.24";
const LIST_SIGNING = 6;
/** Reasons without suspicion of the key: unspecified, affiliation changed, superseded, cessation of operation. */
const GOOD_ORDER = [0, 3, 4, 5];

interface Revocation {
  readonly at: Date;
  readonly reason: number | undefined;
  /** Since when the key may have been in other hands, as far as the authority says. */
  readonly doubtedSince: Date;
}

interface Said {
  readonly at: Date;
  readonly revocation: Revocation | undefined;
}

function revocationOf(entry: Element): Revocation {
  const [, at, extensions] = entry.sequence();
  let reason: number | undefined;
  let doubtedSince = needed(at).time();
  for (const one of extensions?.sequence() ?? []) {
    const [name, ...value] = one.sequence();
    const told = Element.parse(needed(value.at(-1)).octets());
    if (name?.oid() === REASON) reason = told.body[0];
    if (name?.oid() === INVALIDITY_DATE && told.time() < doubtedSince) doubtedSince = told.time();
  }
  return { at: needed(at).time(), reason, doubtedSince };
}

type Pair = readonly [Certificate, Certificate];

async function said(
  list: RevocationList,
  [certificate, issuer]: Pair,
  evidence: Evidence,
  at: Date,
): Promise<Said | undefined> {
  const covers = equal(list.issuer, certificate.issuer) && (list.nextUpdate === undefined || list.nextUpdate >= at);
  const [negative = 0x80] = certificate.serial;
  if (!covers || negative >= 0x80 || !list.tellsOf(certificate) || !issuer.may(LIST_SIGNING)) return undefined;
  if (signatureHasEnded(algorithmOf(list.algorithm)[0], at)) return undefined;
  if ((await isSigned(list, issuer, evidence)) !== "holds") return undefined;
  const entry = list.entries.get(hex(certificate.serial));
  return { at: list.thisUpdate, revocation: entry === undefined ? undefined : revocationOf(entry) };
}

/** Lists that can be read in all that they say; of the others nothing is believed. */
async function readable(list: RevocationList, pair: Pair, evidence: Evidence, at: Date): Promise<Said[]> {
  try {
    const one = await said(list, pair, evidence, at);
    return one === undefined ? [] : [one];
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

function isRevoked({ revocation }: Said): boolean {
  return revocation !== undefined;
}

export interface Moment {
  readonly at: Date;
  /** Whether a time-stamp shows that the signature was there at that moment. */
  readonly isProven: boolean;
  /** Whether the moment is what the key itself has stated, as a time-stamp authority does. */
  readonly isStated: boolean;
  /** Whether there is a time-stamp that may prove an earlier moment, which this browser cannot tell. */
  readonly isOpen: boolean;
  /** The earliest moment at which what the key made is proven to have been there, where it states the moment itself. */
  readonly existed: Date | undefined;
}

/** Says whether `certificate` was revoked, by the newest list that covers the moment. Unknown is never taken for good. */
export async function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  evidence: Evidence,
  { at, isProven, isStated, isOpen, existed }: Moment,
  step: string,
): Promise<Check> {
  const name = "certificate.revocation";
  if (evidence.doubted.has(hex(certificate.serial))) {
    return open(step, name, "an OCSP answer in the file calls the certificate revoked");
  }
  const found = (await Promise.all(evidence.lists.map((one) => readable(one, [certificate, issuer], evidence, at)))).flat();
  const newest = found
    .sort((one, other) => Number(one.at) - Number(other.at) || Number(isRevoked(one)) - Number(isRevoked(other)))
    .at(-1);
  if (newest === undefined) {
    return checked(step, name, finding("TRY_LATER", `no revocation list at hand covers ${told(at)}`));
  }
  const { revocation } = newest;
  if (revocation === undefined) return checked(step, name);
  const inGoodOrder = !isStated || (revocation.reason !== undefined && GOOD_ORDER.includes(revocation.reason));
  const isOlder = existed !== undefined && existed < revocation.doubtedSince;
  if (revocation.at > at && isProven && (inGoodOrder || isOlder)) return checked(step, name);
  const who = commonName(certificate.subject);
  const why = revocation.at <= at && !isOpen ? "REVOKED" : "REVOKED_NO_POE";
  return checked(step, name, finding(why, `${who} was revoked at ${told(revocation.at)}`));
}

