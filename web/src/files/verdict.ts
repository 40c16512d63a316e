/** What judging a file tells, in the words of docs/verdicts.md and docs/browser-files.md. */
import type { Check, Outcome } from "../claim.js";

export type { Check, Outcome } from "../claim.js";

export type FileKind = "pdf" | "ofd" | "seal" | "seal_signature" | "cms" | "unknown";
export type SignatureKind = "cms" | "electronic_seal" | "seal_signature" | "time_stamp";

/** What only the server can answer. */
export type Need =
  | "algorithm"
  | "changes"
  | "document"
  | "ofd"
  | "password"
  | "policy"
  | "registry"
  | "revocation"
  | "size"
  | "structure"
  | "trust_list";

export interface FileSignature {
  /** The full name of the field in a PDF; empty where the signature stands by itself. */
  readonly field: string;
  readonly kind: SignatureKind;
  readonly outcome: Outcome;
  /** The common name in the signer's certificate, or nothing. */
  readonly signer: string;
  readonly sealName?: string;
  /** When the signer says it signed. */
  readonly claimedTime?: Date;
  /** When the signature existed at the latest, by a time-stamp that holds. */
  readonly provenTime?: Date;
  /** Whether nothing was added to the file after this signature. */
  readonly coversWholeFile: boolean;
  readonly checks: readonly Check[];
}

export interface FileVerdict {
  readonly kind: FileKind;
  readonly outcome: Outcome;
  /** Checks on the file as a whole. */
  readonly checks: readonly Check[];
  readonly signatures: readonly FileSignature[];
  /** Sorted, each once. */
  readonly needsServer: readonly Need[];
}

/** What came of one signature, before it is told where in a file it stands. */
export interface Report {
  readonly kind: SignatureKind;
  readonly checks: readonly Check[];
  readonly signer?: string;
  readonly sealName?: string;
  readonly claimedTime?: Date;
  readonly provenTime?: Date;
}

/** The sub-indications that make an outcome failed (trust/verdict.py). */
const FATAL: ReadonlySet<string> = new Set([
  "FORMAT_FAILURE",
  "HASH_FAILURE",
  "SIG_CRYPTO_FAILURE",
  "SIG_CONSTRAINTS_FAILURE",
  "REVOKED",
  "EXPIRED",
  "NOT_YET_VALID",
  "CHAIN_CONSTRAINTS_FAILURE",
  "CRYPTO_CONSTRAINTS_FAILURE",
  "TIMESTAMP_ORDER_FAILURE",
]);

export type SubIndication =
  | "FORMAT_FAILURE"
  | "HASH_FAILURE"
  | "SIG_CRYPTO_FAILURE"
  | "SIG_CONSTRAINTS_FAILURE"
  | "REVOKED"
  | "EXPIRED"
  | "NOT_YET_VALID"
  | "CHAIN_CONSTRAINTS_FAILURE"
  | "CRYPTO_CONSTRAINTS_FAILURE"
  | "TIMESTAMP_ORDER_FAILURE"
  | "NO_CERTIFICATE_CHAIN_FOUND"
  | "TRY_LATER"
  | "REVOKED_NO_POE"
  | "OUT_OF_BOUNDS_NO_POE"
  | "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
  | "SIGNED_DATA_NOT_FOUND";

/** What is wrong with a time-stamp that held, and proves nothing any more for want of a later one (trust/reports.py). */
const LAPSED: readonly string[] = ["CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "OUT_OF_BOUNDS_NO_POE", "REVOKED_NO_POE"];

/** Whether a time-stamp held at the moment that it states, and nothing proves that it is that old. */
export function hasLapsed({ checks }: Report): boolean {
  const wrong = checks.filter((one) => one.outcome !== "passed");
  return wrong.length > 0 && wrong.every((one) => LAPSED.includes(one.subIndication ?? ""));
}

/** Why a check did not pass. */
export interface Finding {
  readonly subIndication: SubIndication;
  readonly reason: string;
}

export function finding(subIndication: SubIndication, reason: string): Finding {
  return { subIndication, reason };
}

/** Returns a check that passed, or did not for what was found. */
export function checked(step: string, name: string, found?: Finding): Check {
  if (found === undefined) return { step, name, outcome: "passed" };
  return { step, name, outcome: FATAL.has(found.subIndication) ? "failed" : "indeterminate", ...found };
}

/** Returns a check that the browser cannot make: what it would show is not known. */
export function open(step: string, name: string, reason: string): Check {
  return { step, name, outcome: "indeterminate", reason };
}

/** The worst outcome of checks; none at all has proved nothing. */
export function worst(checks: readonly { readonly outcome: Outcome }[]): Outcome {
  const has = (outcome: Outcome): boolean => checks.some((one) => one.outcome === outcome);
  if (has("failed")) return "failed";
  return has("indeterminate") || checks.length === 0 ? "indeterminate" : "passed";
}

/** Moments as reasons tell them. */
export function told(moment: Date): string {
  return Number.isNaN(Number(moment)) ? "?" : moment.toISOString().slice(0, 19).replace("T", " ") + "Z";
}
