/** The claim in the QR code of a licence, read and verified as docs/qr.md says. */
import { Malformed, ascii, concatenated, equal, fromBase64url, hex, number } from "./octets.js";
import { type Signature, rawSignature, sm3, verify } from "./sm2.js";
import type { StatusList } from "./status_list.js";
import type { Listed, TrustList } from "./trust_list.js";

/** Digits of a credit code (GB 32100), in base 31. */
const DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODE = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
const INDEX_BITS = 28n;
const DAY = 86_400_000;
const CHINA = 8 * 3_600_000;
const NO_END = 0xffff;

export type Outcome = "passed" | "failed" | "indeterminate";

/** One check and what came of it, with the names and words of docs/verdicts.md. */
export interface Check {
  readonly step: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly subIndication?: string;
  readonly reason?: string;
}

export interface Claim {
  /** 16 octets that stand for the licence identifier, in hex. */
  readonly licence: string;
  readonly issuer: string;
  /** Last day of validity in China Standard Time, as 2031-11-21; undefined: no end. */
  readonly lastDay: string | undefined;
  /** Number of the status list; undefined in claims of version 1. */
  readonly statusList: number | undefined;
  readonly statusIndex: number;
}

export interface ClaimReport {
  readonly outcome: Outcome;
  readonly checks: readonly Check[];
  /** What the claim says, once its signature is verified. */
  readonly claim?: Claim;
}

interface SignedClaim {
  readonly claim: Claim;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Signature;
}

const FORMS = new Map([
  [138, { version: 1, place: 4 }],
  [139, { version: 2, place: 5 }],
]);

function issuerOf(octets: Uint8Array): string {
  let rest = number(octets);
  let code = "";
  for (let place = 0; place < 18; place += 1) {
    code = (DIGITS[Number(rest % 31n)] as string) + code;
    rest /= 31n;
  }
  const weights = [...code].slice(0, 17).map((digit, place) => DIGITS.indexOf(digit) * (3 ** place % 31));
  const check = (31 - (weights.reduce((sum, one) => sum + one, 0) % 31)) % 31;
  if (rest !== 0n || !CODE.test(code) || DIGITS[check] !== code[17]) throw new Malformed("no credit code");
  return code;
}

function dayText(days: number): string {
  return new Date(days * DAY).toISOString().slice(0, 10);
}

/** Reads a claim. Nothing is trusted yet. */
export function readClaim(text: string): SignedClaim {
  const form = FORMS.get(text.length);
  if (form === undefined) throw new Malformed("not as long as a claim");
  const octets = fromBase64url(text);
  const end = 35 + form.place;
  if (octets[0] !== form.version) throw new Malformed("a version that is not known");
  const days = Number(number(octets.subarray(33, 35)));
  const place = number(octets.subarray(35, end));
  const list = form.version === 1 ? undefined : Number(place >> INDEX_BITS);
  if (list === 0) throw new Malformed("list 0 is none");
  const claim = {
    licence: hex(octets.subarray(5, 21)),
    issuer: issuerOf(octets.subarray(21, 33)),
    lastDay: days === NO_END ? undefined : dayText(days),
    statusList: list,
    statusIndex: Number(form.version === 1 ? place : place & ((1n << INDEX_BITS) - 1n)),
  };
  return {
    claim,
    key: octets.subarray(1, 5),
    message: concatenated(ascii(`xinyin licence claim v${form.version}\0`), octets.subarray(0, end)),
    signature: rawSignature(octets.subarray(end)),
  };
}

function check(step: string, name: string, outcome: Outcome = "passed", subIndication?: string, reason?: string): Check {
  return { step, name, outcome, ...(subIndication ? { subIndication } : {}), ...(reason ? { reason } : {}) };
}

/** Returns the report on some checks: its outcome is the worst of theirs. */
function report(checks: readonly Check[], claim?: Claim): ClaimReport {
  const has = (outcome: Outcome): boolean => checks.some((one) => one.outcome === outcome);
  const outcome = has("failed") ? "failed" : has("indeterminate") ? "indeterminate" : "passed";
  return claim === undefined ? { outcome, checks } : { outcome, checks, claim };
}

/** Four octets name a certificate and do not tell it from every other: each that bears the name is tried. */
function namesakes(trustList: TrustList, key: Uint8Array): Listed[] {
  return trustList.signers.filter(
    (one) => one.purposes.includes("licence_claim") && one.certificate.fingerprint.startsWith(hex(key)),
  );
}

function signatureCheck(signed: SignedClaim, trustList: TrustList): Check {
  const name = "claim.signature";
  const named = namesakes(trustList, signed.key);
  if (named.length === 0) {
    const reason = "the trust list names no such key for QR codes";
    return check("2", name, "indeterminate", "NO_CERTIFICATE_CHAIN_FOUND", reason);
  }
  const signer = named.find((one) => verify(signed.message, signed.signature, one.certificate.point));
  if (signer === undefined) {
    return check("2", name, "failed", "SIG_CRYPTO_FAILURE", "the QR code was not signed by the key that it names");
  }
  if (signer.state === "revoked") {
    const reason = "the key was revoked, and nothing proves that the QR code is older";
    return check("2", name, "indeterminate", "REVOKED_NO_POE", reason);
  }
  return check("2", name);
}

function stateCheck(claim: Claim, statusList: StatusList | undefined, now: Date): Check {
  const name = "licence.state";
  const open = (reason: string): Check => check("4", name, "indeterminate", "TRY_LATER", reason);
  if (claim.statusList === undefined) return open("the QR code is of version 1 and names no status list");
  if (statusList?.number !== claim.statusList) return open("the status list is not at hand");
  const status = statusList.status(claim.statusIndex);
  switch (status) {
    case "invalid":
      return check("4", name, "failed", "REVOKED", "the status list says that the licence has ended");
    case "suspended":
      return check("4", name, "failed", "REVOKED", "the status list says that the licence is suspended");
    case "pending":
      return check("4", name, "failed", "SIG_CONSTRAINTS_FAILURE", "the status list knows no such licence yet");
    case undefined:
      return open("the licence is younger than the status list");
    case "valid":
      if (now > statusList.nextUpdate) return open("the status list is past its next update");
      return statusList.outcome === "passed" ? check("4", name) : open("the signer of the status list may be revoked");
  }
}

function validityCheck(claim: Claim, now: Date): Check {
  const name = "licence.validity";
  const today = new Date(Number(now) + CHINA).toISOString().slice(0, 10);
  if (claim.lastDay === undefined || today <= claim.lastDay) return check("5", name);
  return check("5", name, "failed", "EXPIRED", `the licence was valid until ${claim.lastDay}`);
}

/**
 * Judges the text of a QR code with what is at hand: its form, its signature, the trust list, the status list, its end.
 *
 * The outcome is "passed" only where every check was made. Nothing is asked of anybody.
 */
export function verifyClaim(text: string, trustList: TrustList, statusList: StatusList | undefined, now: Date): ClaimReport {
  let signed: SignedClaim;
  try {
    signed = readClaim(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return report([check("1", "claim.format", "failed", "FORMAT_FAILURE", "not the text of a licence's QR code")]);
  }
  const form = check("1", "claim.format");
  const signature = signatureCheck(signed, trustList);
  if (signature.outcome !== "passed") return report([form, signature]);
  const isFresh = trustList.outcome === "passed" && now <= trustList.nextUpdate;
  const late = check("3", "trust_list.next_update", "indeterminate", "TRY_LATER", "a newer trust list was due");
  const { claim } = signed;
  const checks = [
    form,
    signature,
    isFresh ? check("3", "trust_list.next_update") : late,
    stateCheck(claim, statusList, now),
    validityCheck(claim, now),
  ];
  return report(checks, claim);
}

/** Tells whether `identifier` (GB/T 36904) is that of the licence which a verified claim is about. */
export function isAbout(claim: Claim, identifier: string): boolean {
  return equal(ascii(sm3(ascii(identifier)).slice(0, 32)), ascii(claim.licence));
}
