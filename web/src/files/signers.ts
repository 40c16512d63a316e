/** What ties a signer of a message to its content (RFC 5652, 5.4 and 5.6; trust/cms_checks.py, check by check). */
import type { Certificate } from "../certificates.js";
import type { Check } from "../claim.js";
import { hex } from "../octets.js";
import { answerFor, digest, digestName, isOfSM2, signatureHasEnded } from "./algorithms.js";
import { type Element, Tag, algorithmOf, exactly, needed } from "./asn1.js";
import type { Content } from "./content.js";
import type { Evidence } from "./material.js";
import {
  ALGORITHM_PROTECTION,
  CONTENT_TYPE,
  DATA,
  GM_DATA,
  MESSAGE_DIGEST,
  type Message,
  SIGNING_CERTIFICATE,
  SIGNING_CERTIFICATE_V2,
  type Signer,
  single,
} from "./messages.js";
import { type Finding, checked, finding, open } from "./verdict.js";

export interface Covering {
  readonly message: Message;
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly content: Content;
  /** The moment at which algorithms count, and whether it is proven. */
  readonly at: Date;
  readonly isProven: boolean;
  /** Of a time-stamp: the earliest moment at which it is proven to have been there. */
  readonly existed?: Date;
  readonly step: string;
}

const ALGORITHM = "this browser does not know the algorithm";

/** Checks that a signer signed a content with the key of a certificate. */
export async function checkSigner(covering: Covering, evidence: Evidence): Promise<Check[]> {
  const { signer, certificate, content, step } = covering;
  const checks = await checkCoverage(covering, evidence);
  const message = signer.covered ?? content.octets();
  const name = digestName(signer.digestOid);
  const answer = await answerFor(
    { key: certificate.publicKey, algorithm: signer.algorithm, digest: name, message, signature: signer.signature },
    "bare",
  );
  checks.push(valueCheck(answer, ended(covering) ?? otherAlgorithms(signer), evidence, step, "signature.value"));
  const named = namedCertificates(signer);
  if (named.length > 0) checks.push(await checkCertificate(named, certificate, evidence, step));
  return checks;
}

/** The check of a signature value; `ended` is why one that holds is not relied on all the same. */
export function valueCheck(
  answer: Awaited<ReturnType<typeof answerFor>>,
  ended: Finding | undefined,
  evidence: Evidence,
  step: string,
  name: string,
): Check {
  switch (answer) {
    case "holds":
      return checked(step, name, ended);
    case "broken":
      return checked(step, name, finding("SIG_CRYPTO_FAILURE", "the signature value does not belong to key and content"));
    case "refused":
      return checked(step, name, finding("CRYPTO_CONSTRAINTS_FAILURE", "the algorithm does not fit the key, or is too weak"));
    case "unknown":
      evidence.needs.add("algorithm");
      return open(step, name, ALGORITHM);
  }
}

function ended({ signer, at, isProven, existed = at }: Covering): Finding | undefined {
  const [algorithm] = algorithmOf(signer.algorithm);
  if (!signatureHasEnded(algorithm, existed)) return undefined;
  const isSettled = isProven && signatureHasEnded(algorithm, at);
  const why = isSettled ? "CRYPTO_CONSTRAINTS_FAILURE" : "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
  return finding(why, "the algorithm of the signature is no longer relied on");
}

/** Whether the signer protected other algorithms than the message names (RFC 6211, 3). */
function otherAlgorithms(signer: Signer): Finding | undefined {
  const told = signer.signed.get(ALGORITHM_PROTECTION);
  if (told === undefined) return undefined;
  const [digestAlgorithm, algorithm] = told.length === 1 ? (told[0] as Element).sequence() : [];
  const named = [digestAlgorithm?.sequence()[0]?.oid(), algorithm?.tag === 0xa1 ? algorithm.children()[0]?.oid() : undefined];
  if (named[0] === signer.digestOid && named[1] === algorithmOf(signer.algorithm)[0]) return undefined;
  return finding("SIG_CONSTRAINTS_FAILURE", "the signer protected other algorithms than the message names");
}

/** Compares the hash of the content with the one that was signed. */
async function checkCoverage({ message, signer, content, step }: Covering, evidence: Evidence): Promise<Check[]> {
  const name = "signature.message_digest";
  const function_ = digestName(signer.digestOid);
  if (function_ === undefined) {
    evidence.needs.add("algorithm");
    return [open(step, name, ALGORITHM)];
  }
  if (signer.covered === undefined) {
    if (isOfSM2(algorithmOf(signer.algorithm)[0]) || message.contentType === DATA) return [];
    const reason = "signed attributes are missing, and the content is not plain data"; // RFC 5652, 5.3
    return [checked(step, name, finding("FORMAT_FAILURE", reason))];
  }
  if (function_ === "SHA-1") {
    const weak = finding("CRYPTO_CONSTRAINTS_FAILURE", "SHA-1 does not tie the content to the signature");
    return [checked(step, name, weak), checkContentType(message, signer, step)];
  }
  if (function_ !== "SM3" && isOfSM2(algorithmOf(signer.algorithm)[0])) {
    const other = finding("CRYPTO_CONSTRAINTS_FAILURE", "with SM2 goes SM3 and no other hash"); // GB/T 35275
    return [checked(step, name, other), checkContentType(message, signer, step)];
  }
  const found = await digest(function_, content.octets());
  if (found === undefined) {
    evidence.needs.add("algorithm");
    return [open(step, name, ALGORITHM), checkContentType(message, signer, step)];
  }
  const signed = single(signer.signed, MESSAGE_DIGEST)?.octets();
  const isSame = signed !== undefined && hex(signed) === found;
  const mismatch = isSame ? undefined : finding("HASH_FAILURE", "the hash of the content is not the one that was signed");
  return [checked(step, name, mismatch), checkContentType(message, signer, step)];
}

function checkContentType(message: Message, signer: Signer, step: string): Check {
  const name = "signature.content_type";
  const signed = single(signer.signed, CONTENT_TYPE)?.oid();
  // Real files of one vendor say id-data outside and the national data type in the attribute.
  const isData = [signed, message.contentType].every((one) => one === DATA || one === GM_DATA);
  if (signed === message.contentType || isData) return checked(step, name);
  return checked(step, name, finding("SIG_CONSTRAINTS_FAILURE", "the type of the content is not the one that was signed"));
}

/** What the signer says of his certificate, in either attribute or in both (RFC 5035). */
function namedCertificates(signer: Signer): [string | undefined, string][] {
  const found: [string | undefined, string][] = [];
  const first = (oid: string): Element | undefined => {
    const value = single(signer.signed, oid);
    return value === undefined ? undefined : needed(exactly(value, 1, 2)[0]).sequence()[0];
  };
  const second = first(SIGNING_CERTIFICATE_V2)?.sequence();
  if (second !== undefined) {
    const named = second[0]?.tag === Tag.SEQUENCE ? second.shift() : undefined;
    const function_ = named === undefined ? "SHA-256" : digestName(algorithmOf(named)[0]);
    found.push([function_, hex(needed(second[0]).octets())]);
  }
  const old = first(SIGNING_CERTIFICATE)?.sequence()[0];
  if (old !== undefined) found.push(["SHA-1", hex(old.octets())]);
  return found;
}

async function checkCertificate(
  named: readonly [string | undefined, string][],
  certificate: Certificate,
  evidence: Evidence,
  step: string,
): Promise<Check> {
  const name = "signature.signing_certificate";
  for (const [function_, hash] of named) {
    const found = function_ === undefined ? undefined : await digest(function_, certificate.der);
    if (found === undefined) {
      evidence.needs.add("algorithm");
      return open(step, name, ALGORITHM);
    }
    if (found !== hash) {
      return checked(step, name, finding("SIG_CONSTRAINTS_FAILURE", "the signed attribute names another certificate"));
    }
  }
  return checked(step, name);
}
