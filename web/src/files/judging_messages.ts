/** Judging signed messages as a whole: who, over what, when, under which authority (trust/cms_verification.py). */
import type { Check } from "../claim.js";
import { Malformed, equal, fromHex, hex } from "../octets.js";
import { digest } from "./algorithms.js";
import { type Element, commonName } from "./asn1.js";
import { Content } from "./content.js";
import { ACTING, judgeActing } from "./delegations.js";
import { type Evidence, joined } from "./material.js";
import { type Message, SIGNING_TIME, type Signer, TIME_STAMP, readMessage, single } from "./messages.js";
import { validate } from "./paths.js";
import { checkSigner } from "./signers.js";
import { judgeTimeStamp } from "./time_stamps.js";
import { type Report, checked, finding, hasLapsed, open, worst } from "./verdict.js";

const STEP = "cms";
/** Our own attributes: a seal's signature that nobody signed, and its SHA-256 that the signer did (seal/data/carrying.py). */
const SEAL_SIGNATURE = "2.25.292629150483637409825166387979126893254";
const SEAL_SIGNATURE_DIGEST = "2.25.268695527805263941534476713404526591859";
/** Octets that a hash takes at most, written in base64 with a line's end. */
const HASH_ROOM = 64;

export interface Surroundings {
  /** What the signature must cover; undefined where it is not at hand. */
  readonly content: Content | undefined;
  /** A signing time that the surroundings tell, as a PDF does. */
  readonly claimedTime?: Date | undefined;
  /** When the message was there at the latest, as time-stamps over what holds it prove. */
  readonly existence?: Existence | undefined;
}

/** What time-stamps prove: a moment, or nothing; and whether one that is left open may prove an earlier one. */
export interface Existence {
  readonly at: Date | undefined;
  readonly isOpen: boolean;
}

export const NEVER: Existence = { at: undefined, isOpen: false };

/** What reports on time-stamps prove together. */
export function existenceOf(reports: readonly Report[]): Existence {
  const holding = reports.filter((one) => worst(one.checks) === "passed");
  const proven = holding.flatMap((one) => (one.provenTime === undefined ? [] : [one.provenTime]));
  const at = proven.sort((one, other) => Number(one) - Number(other))[0];
  const isEarlier = (one: Report): boolean => at === undefined || one.claimedTime === undefined || one.claimedTime < at;
  return { at, isOpen: reports.some((one) => worst(one.checks) === "indeterminate" && isEarlier(one)) };
}

/** What the time-stamps of a signature prove, and where they prove nothing, what others over the document do. */
export function completed(own: Existence, outside: Existence): Existence {
  if (own.at !== undefined) return own;
  return { at: outside.at, isOpen: own.isOpen || outside.isOpen };
}

export interface JudgedMessage {
  readonly report: Report;
  /** The seal's signature that this signer carries along over the same octets. */
  readonly carried?: Uint8Array;
}

/** Judges every signer of a message. */
export async function judgeMessage(
  encoded: Uint8Array,
  evidence: Evidence,
  surroundings: Surroundings,
): Promise<JudgedMessage[]> {
  const unreadable = (reason: string): JudgedMessage[] => {
    evidence.needs.add("structure");
    return [{ report: { kind: "cms", checks: [open(STEP, "cms.format", reason)] } }];
  };
  let message: Message;
  try {
    message = readMessage(encoded);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadable(`not a signed message that this reader knows: ${error.message}`);
  }
  if (message.signers.length === 0) {
    const nobody = finding("FORMAT_FAILURE", "nobody signed the message");
    return [{ report: { kind: "cms", checks: [checked(STEP, "cms.format", nobody)] } }];
  }
  let { content } = surroundings;
  if (message.content !== undefined) {
    const inside = new Content([message.content]);
    if (content === undefined || (await standsFor(message.content, content))) content = inside;
  }
  if (content === undefined) evidence.needs.add("document");
  const known = joined(evidence, message);
  const found: JudgedMessage[] = [];
  for (const signer of message.signers) {
    try {
      found.push(await judgeSigner(message, signer, known, { ...surroundings, content }));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      found.push(...unreadable(`not a signer that this reader knows: ${error.message}`));
    }
  }
  return found;
}

/** Tells whether what stands in a message is the SM3 hash of the content, plain or in base64, as vendors write it. */
async function standsFor(inside: Uint8Array, content: Content): Promise<boolean> {
  if (inside.length > HASH_ROOM) return false;
  const hash = await content.hash();
  if (hex(inside) === hash) return true;
  const base64 = btoa(String.fromCharCode(...fromHex(hash)));
  return String.fromCharCode(...inside).trim() === base64;
}

async function judgeSigner(
  message: Message,
  signer: Signer,
  evidence: Evidence,
  { content, claimedTime, existence = NEVER }: Surroundings,
): Promise<JudgedMessage> {
  const kind = "cms";
  const checks: Check[] = [checked(STEP, "cms.format")];
  const pool = [...message.certificates, ...evidence.certificates, ...evidence.anchors.map((one) => one.certificate)];
  const certificate = pool.find(signer.names);
  if (certificate === undefined) {
    const missing = finding("NO_CERTIFICATE_CHAIN_FOUND", "the signer's certificate is not at hand");
    return { report: { kind, checks: [...checks, checked(STEP, "certificate.path", missing)] } };
  }
  const [stamped, timeChecks] = await judgeTime(signer, evidence, existence.at);
  const { at: proven, isOpen } = completed(stamped, existence);
  const [at, isProven] = [proven ?? evidence.now, proven !== undefined && !isOpen];
  if (content === undefined) {
    const missing = finding("SIGNED_DATA_NOT_FOUND", "the content that was signed is not at hand");
    checks.push(checked(STEP, "signature.message_digest", missing));
  } else {
    checks.push(...(await checkSigner({ message, signer, certificate, content, at, isProven, step: STEP }, evidence)));
  }
  checks.push(...timeChecks);
  const path = await validate(certificate, evidence, { purpose: "signing", at, isProven, isOpen, step: STEP });
  const signingTime = single(signer.signed, SIGNING_TIME)?.time() ?? claimedTime;
  const values = (signer.signed.get(ACTING) ?? []).map((one) => one.raw);
  const use = { seal: undefined, at: signingTime, stampedAt: stamped.at, provenAt: proven, isOpen };
  checks.push(...path.checks, ...(await judgeActing(values, evidence, use)), ...(await checkCarried(signer, evidence)));
  const report: Report = {
    kind,
    checks,
    signer: commonName(certificate.subject),
    ...(signingTime === undefined ? {} : { claimedTime: signingTime }),
    ...(proven === undefined ? {} : { provenTime: proven }),
  };
  const carried = signer.unsigned.get(SEAL_SIGNATURE) ?? [];
  return carried.length === 1 ? { report, carried: (carried[0] as Element).raw } : { report };
}

/** Returns what the time-stamps of a signer prove, and one check for each. */
async function judgeTime(signer: Signer, evidence: Evidence, existed: Date | undefined): Promise<[Existence, Check[]]> {
  const reports: Report[] = [];
  for (const token of signer.unsigned.get(TIME_STAMP) ?? []) {
    reports.push(await judgeTimeStamp(token.raw, new Content([signer.signature]), evidence, existed));
  }
  return [existenceOf(reports), reports.map((one) => summary(STEP, "signature.time_stamp", one))];
}

/**
 * One check that stands for a whole report on a time-stamp: the first of the worst kind. One that proves nothing any more
 * neither helps nor harms: where a proof is needed, other checks find it missing.
 */
export function summary(step: string, name: string, report: Report): Check {
  if (hasLapsed(report)) return checked(step, name);
  const { checks } = report;
  const outcomes = ["failed", "indeterminate"] as const;
  for (const outcome of outcomes) {
    const found = checks.find((one) => one.outcome === outcome);
    if (found !== undefined) return { ...found, step, name };
  }
  return checked(step, name);
}

/** Checks that the seal's signature beside a message is the one that its signer saw; none where he saw none. */
async function checkCarried(signer: Signer, evidence: Evidence): Promise<Check[]> {
  const told = signer.signed.get(SEAL_SIGNATURE_DIGEST) ?? [];
  const carried = signer.unsigned.get(SEAL_SIGNATURE) ?? [];
  if (told.length === 0 && carried.length === 0) return [];
  const name = "signature.carried_seal";
  const [seen] = told;
  const [beside] = carried;
  if (seen !== undefined && beside !== undefined && told.length === 1 && carried.length === 1) {
    const hash = await digest("SHA-256", beside.raw);
    if (hash === undefined) {
      evidence.needs.add("algorithm");
      return [open(STEP, name, "this browser does not know SHA-256")];
    }
    if (equal(seen.octets(), fromHex(hash))) return [checked(STEP, name)];
  }
  const reason = "the seal's signature beside the message is missing, or is not the one that its signer saw";
  return [checked(STEP, name, finding("SIG_CONSTRAINTS_FAILURE", reason))];
}

