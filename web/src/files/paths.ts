/** Certification paths (RFC 5280, 6) from a certificate to an anchor of the trust list; trust/paths.py, step by step. */
import type { Certificate } from "../certificates.js";
import type { Check } from "../claim.js";
import { Malformed, equal } from "../octets.js";
import { type Answer, isBroken, keyHasEnded, signatureHasEnded } from "./algorithms.js";
import { algorithmOf, commonName } from "./asn1.js";
import {
  type Evidence,
  MOST_ANSWERS,
  isSigned,
  issuerKeyIdentifier,
  keyIdentifier,
  mustKeepToItsPurposes,
  purposesOf,
} from "./material.js";
import { checkRevocation } from "./revocation.js";
import { type Finding, checked, finding, open, told } from "./verdict.js";

export type Purpose = "delegation" | "seal_making" | "sealing" | "signing" | "time_stamping";

const LONGEST = 6;
const MOST_PATHS = 64;
const CERTIFICATE_SIGNING = 5;

const SEALING_PURPOSE = "2.25.182455010855449818297626604069067722482";
const TIME_STAMPING_PURPOSE = "1.3.6.1.5.5.7.3.8";
const DELEGATION_PURPOSE = "2.25.131228818200574669581958356819010912537";
/** Purposes that ask for a certificate which is good for exactly this: time-stamps, OCSP answers, trust lists, delegations. */
const DEDICATED = [
  TIME_STAMPING_PURPOSE,
  "1.3.6.1.5.5.7.3.9",
  "2.25.249162239124139050635521992120573455352",
  DELEGATION_PURPOSE,
];
const WANTED: Partial<Record<Purpose, string>> = { time_stamping: TIME_STAMPING_PURPOSE, delegation: DELEGATION_PURPOSE };

type Chain = readonly Certificate[];

export interface Path {
  readonly certificates: Chain;
  readonly checks: readonly Check[];
}

export interface Asked {
  readonly purpose: Purpose;
  readonly at: Date;
  readonly isProven: boolean;
  /** Whether the key itself has stated the moment; of a time-stamp authority it is always so. */
  readonly isStated?: boolean;
  /**
   * The earliest moment at which what a key made that states `at` is proven to have been there: certificates and
   * algorithms must not have ended by then.
   */
  readonly existed?: Date;
  /** Whether a time-stamp may prove an earlier moment, which this browser cannot tell. */
  readonly isOpen?: boolean;
  readonly step: string;
}

/** The certificates of the pool that may have issued one, by name and key identifier (RFC 5280, 4.2.1.1). */
function candidates(certificate: Certificate, evidence: Evidence): Certificate[] {
  const wanted = issuerKeyIdentifier(certificate);
  const named = [...evidence.anchors.map((one) => one.certificate), ...evidence.certificates].filter((one) =>
    equal(one.subject, certificate.issuer),
  );
  const sure = named.filter((one) => wanted !== undefined && keyIdentifier(one) === wanted);
  const unsure = named.filter((one) => wanted === undefined || keyIdentifier(one) === undefined);
  return [...new Map([...sure, ...unsure].map((one) => [one.fingerprint, one])).values()];
}

type Link = (certificate: Certificate, issuer: Certificate) => Promise<boolean>;

/** Chains from `leaf` to an anchor for the purpose, shortest first. */
async function chains(leaf: Certificate, evidence: Evidence, purpose: Purpose, linked: Link): Promise<Chain[]> {
  const trusted = new Set(
    evidence.anchors.filter((one) => one.purposes.includes(purpose)).map((one) => one.certificate.fingerprint),
  );
  const found: Chain[] = [];
  const waiting: Chain[] = [[leaf]];
  while (waiting.length > 0 && found.length < MOST_PATHS) {
    const chain = waiting.shift() as Chain;
    const last = chain.at(-1) as Certificate;
    if (trusted.has(last.fingerprint)) {
      found.push(chain);
      continue;
    }
    if (chain.length === LONGEST || waiting.length > MOST_PATHS) continue;
    for (const issuer of candidates(last, evidence)) {
      const isNew = chain.every((one) => one.fingerprint !== issuer.fingerprint);
      if (isNew && (await linked(last, issuer))) waiting.push([...chain, issuer]);
    }
  }
  return found;
}

/** Returns the best path for a purpose, leaf first, and how it fares; without one, the check that says so. */
export async function validate(leaf: Certificate, evidence: Evidence, asked: Asked): Promise<Path> {
  // What this browser cannot verify may be right: it is no reason to say that there is no path.
  const bySignature: Link = async (certificate, issuer) =>
    ["holds", "unknown"].includes(await isSigned(certificate, issuer, evidence));
  for (const linked of [bySignature, () => Promise.resolve(true)]) {
    let best: Path | undefined;
    for (const certificates of await chains(leaf, evidence, asked.purpose, linked)) {
      const path = { certificates, checks: await checkChain(certificates, evidence, asked) };
      if (best === undefined || rank(path) < rank(best)) best = path;
      if (rank(best) === 0) break;
    }
    if (best !== undefined) return best;
  }
  const reason = `no path from ${commonName(leaf.subject)} to an authority of the trust list for ${asked.purpose}`;
  const check = checked(asked.step, "certificate.path", finding("NO_CERTIFICATE_CHAIN_FOUND", reason));
  return { certificates: [leaf], checks: [check] };
}

function rank(path: Path): number {
  return Math.max(...path.checks.map((one) => ["passed", "indeterminate", "failed"].indexOf(one.outcome)));
}

async function checkChain(chain: Chain, evidence: Evidence, asked: Asked): Promise<Check[]> {
  const { at, isProven, purpose, step, existed } = asked;
  const links = chain.slice(0, -1).map((one, place) => [one, chain[place + 1] as Certificate] as const);
  const answers = await Promise.all(links.map(([certificate, issuer]) => isSigned(certificate, issuer, evidence)));
  const broken = brokenLink(chain, answers);
  const isUnknown = broken === undefined && answers.includes("unknown");
  if (isUnknown) evidence.needs.add(evidence.answers.size < MOST_ANSWERS ? "algorithm" : "structure");
  const ended = endedAlgorithm(chain, at, isProven) ?? (existed && endedAlgorithm(chain, existed, false));
  const outside = outOfValidity(chain, at, isProven) ?? (existed && outOfValidity(chain, existed, false));
  const checks = [
    isUnknown
      ? open(step, "certificate.path", "this browser cannot verify the signatures of the path")
      : checked(step, "certificate.path", broken ?? ended),
    checked(step, "certificate.validity", outside),
    checked(step, "certificate.key_usage", wrongUsage(chain[0] as Certificate, purpose)),
  ];
  if (broken !== undefined) return checks;
  const isStated = asked.isStated === true || purpose === "time_stamping";
  for (const [certificate, issuer] of links) {
    const moment = { at, isProven, isStated, isOpen: asked.isOpen === true, existed };
    checks.push(await checkRevocation(certificate, issuer, evidence, moment, step));
  }
  return checks;
}

function brokenLink(chain: Chain, answers: readonly Answer[]): Finding | undefined {
  const wrong = (reason: string): Finding => finding("CHAIN_CONSTRAINTS_FAILURE", reason);
  for (const [place, answer] of answers.entries()) {
    const certificate = chain[place] as Certificate;
    const issuer = chain[place + 1] as Certificate;
    const [who, above] = [certificate, issuer].map((one) => commonName(one.subject));
    if (isBroken(algorithmOf(certificate.algorithm)[0])) {
      return finding("CRYPTO_CONSTRAINTS_FAILURE", `${who} is signed over SHA-1`);
    }
    if (answer !== "holds" && answer !== "unknown") return wrong(`${above} did not sign ${who}`);
    const length = issuer.authority;
    if (length === undefined || !issuer.may(CERTIFICATE_SIGNING)) return wrong(`${above} may not issue certificates`);
    if (length < place) return wrong(`${above} may not have ${place} authorities below`);
  }
  const strange = chain.find((one) => !one.isUnderstood);
  return strange && wrong(`${commonName(strange.subject)} has critical extensions that are not understood`);
}

function endedAlgorithm(chain: Chain, at: Date, isProven: boolean): Finding | undefined {
  const why = isProven ? "CRYPTO_CONSTRAINTS_FAILURE" : "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
  for (const [place, one] of chain.entries()) {
    const isAnchor = place === chain.length - 1;
    if (hasEndedKey(one, at) || (!isAnchor && signatureHasEnded(algorithmOf(one.algorithm)[0], at))) {
      return finding(why, `an algorithm of ${commonName(one.subject)} is no longer relied on at ${told(at)}`);
    }
  }
  return undefined;
}

/** A key that nobody here can read proves nothing anyway, and other checks say so. */
function hasEndedKey(certificate: Certificate, at: Date): boolean {
  try {
    return keyHasEnded(certificate.publicKey, at);
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

function outOfValidity(chain: Chain, at: Date, isProven: boolean): Finding | undefined {
  const found = chain.find((one) => !one.isValidAt(at));
  if (found === undefined) return undefined;
  const period = `valid from ${told(found.notBefore)} to ${told(found.notAfter)}`;
  const reason = `${commonName(found.subject)} is ${period}, not at ${told(at)}`;
  if (at < found.notBefore) return finding("NOT_YET_VALID", reason);
  return finding(isProven ? "EXPIRED" : "OUT_OF_BOUNDS_NO_POE", reason);
}

function wrongUsage(leaf: Certificate, purpose: Purpose): Finding | undefined {
  const purposes = purposesOf(leaf);
  const distinct = new Set(purposes);
  const dedicated = DEDICATED.find((one) => distinct.size === 1 && distinct.has(one));
  let good = leaf.maySign && dedicated === WANTED[purpose];
  // The owners of seals stand under the same authority as the makers: none of them may make a seal of somebody else.
  if (purpose === "seal_making" && distinct.has(SEALING_PURPOSE)) good = false;
  if (purpose === "time_stamping" && !mustKeepToItsPurposes(leaf)) good = false; // RFC 3161, 2.3
  if (good) return undefined;
  return finding("CHAIN_CONSTRAINTS_FAILURE", `${commonName(leaf.subject)} is not certified for ${purpose}`);
}
