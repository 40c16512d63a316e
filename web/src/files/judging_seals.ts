/**
 * Judging seals and seal signatures in the steps of GB/T 38540-2020, 6.3 and 7.3; names of checks as in docs/seal-checks.md.
 * seal/verification/{seals,signatures}.py are the model, check by check.
 */
import type { Certificate } from "../certificates.js";
import type { Check } from "../claim.js";
import { Malformed, equal, fromHex, hex } from "../octets.js";
import { sm3 } from "../sm2.js";
import { SM2_WITH_SM3, answerFor } from "./algorithms.js";
import { Element, commonName } from "./asn1.js";
import { Content } from "./content.js";
import { ACTING, judgeActing } from "./delegations.js";
import { type Evidence, certificateOf, joined } from "./material.js";
import { type Existence, NEVER, completed, existenceOf, summary } from "./judging_messages.js";
import { type Asked, type Path, validate } from "./paths.js";
import { type Extension, type Seal, type SealSignature, readSeal, readSealSignature } from "./seals.js";
import { valueCheck } from "./signers.js";
import { judgeTimeStamp } from "./time_stamps.js";
import { type Finding, type Report, checked, finding, open, told } from "./verdict.js";

/** Extensions that real seals and signatures have, and that limit nothing (seal/data/asn1.py). */
const KNOWN = ["1.2.156.10197.6.7.2.2.1", "1.3.6.1.5.5.7.1.4", "1.3.6.1.4.1.54706.1"];
/** AlgorithmIdentifier of SM2 with SM3, which seals name by its identifier alone. */
const ALGORITHM = Element.parse(fromHex("300a06082a811ccf55018375"));

type Kind = "electronic_seal" | "seal_signature";

function unreadable(kind: Kind, step: string, reason: string, evidence: Evidence): Report {
  evidence.needs.add("structure");
  return { kind, checks: [open(step, kind === "seal_signature" ? "seal_signature.format" : "seal.format", reason)] };
}

/** Judges a seal by itself, as it stands now (6.3). */
export async function judgeSeal(encoded: Uint8Array, evidence: Evidence): Promise<Report> {
  let seal: Seal;
  try {
    seal = readSeal(encoded);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadable("electronic_seal", "6.3 a", error.message, evidence);
  }
  const { now } = evidence;
  const known = joined(evidence, { certificates: broughtBy(seal) });
  const report = await reportOn(seal, known, { at: now, isProven: false, isOpen: false });
  return { ...report, checks: [...report.checks, checkValidity(seal, now, true)] };
}

/** Judges a seal signature over a content (7.3); undefined: what was sealed is not at hand. */
export async function judgeSealSignature(
  encoded: Uint8Array,
  outer: Evidence,
  content: Content | undefined,
  existence: Existence = NEVER,
): Promise<Report> {
  let signature: SealSignature;
  let signer: Certificate;
  try {
    signature = readSealSignature(encoded);
    signer = certificateOf(signature.certificate);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadable("seal_signature", "7.3 a", error.message, outer);
  }
  const { seal, signedAt } = signature;
  const evidence = joined(outer, { certificates: broughtBy(seal) });
  const checks = [
    checked("7.3 a", "seal_signature.format"),
    checkExtensions("7.3 a", "seal_signature.extensions", signature.extensions),
    await checkValue("7.3 b", "seal_signature.value", signer, signature, evidence),
    checkListed(signature),
  ];
  const [stamped, timeChecks] = await judgeTime(signature, evidence, existence.at);
  const { at: proven, isOpen } = completed(stamped, existence);
  const at = proven ?? evidence.now;
  const isProven = proven !== undefined && !isOpen;
  const path = await validate(signer, evidence, { purpose: "sealing", at, isProven, isOpen, step: "7.3 c" });
  checks.push(...path.checks, ...timeChecks, checkClaimedTime(signature, signer, evidence.now));
  checks.push(await checkHash(signature, content, evidence));
  const made = await reportOn(seal, evidence, { at, isProven, isOpen });
  checks.push(...made.checks, checkValidity(seal, at, isProven));
  if (signedAt !== undefined && Number(signedAt) !== Number(at)) checks.push(checkValidity(seal, signedAt, true));
  const values = signature.extensions.filter((one) => one.oid === ACTING).map((one) => one.value);
  const use = { seal: seal.identifier, at: signedAt, stampedAt: stamped.at, provenAt: proven, isOpen };
  checks.push(...(await judgeActing(values, evidence, use)));
  return {
    kind: "seal_signature",
    checks,
    signer: commonName(signer.subject),
    sealName: seal.name,
    ...(signedAt === undefined ? {} : { claimedTime: signedAt }),
    ...(proven === undefined ? {} : { provenTime: proven }),
  };
}

/** The certificates that a seal brings along, as far as they can be read: material for paths, no more. */
function broughtBy(seal: Seal): Certificate[] {
  return [seal.certificate, ...(seal.listsHashes ? [] : seal.listed)].flatMap((der) => {
    try {
      return [certificateOf(der)];
    } catch (error) {
      if (error instanceof Malformed) return [];
      throw error;
    }
  });
}

type Moment = Pick<Asked, "at" | "isProven"> & { readonly isOpen: boolean };

/** Reports on a seal as it stood at a moment: steps a to d of 6.3. */
async function reportOn(seal: Seal, evidence: Evidence, { at, isProven, isOpen }: Moment): Promise<Report> {
  const kind = "electronic_seal";
  const checks = [checked("6.3 a", "seal.format"), checkExtensions("6.3 a", "seal.extensions", seal.extensions)];
  const facts = { kind, sealName: seal.name, claimedTime: seal.createdAt } as const;
  let maker: Certificate;
  try {
    maker = certificateOf(seal.certificate);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    evidence.needs.add("structure");
    return { ...facts, checks: [...checks, open("6.3 b", "seal.maker_certificate", error.message)] };
  }
  checks.push(await checkValue("6.3 b", "seal.signature_value", maker, seal, evidence));
  const [making, stampChecks] = await judgeMakingTime(seal, evidence, at);
  const made = making.at;
  const asked = { purpose: "seal_making", at, isProven, isOpen: isOpen || making.isOpen, step: "6.3 c" } as const;
  const path = await validate(maker, evidence, asked);
  checks.push(...(await tolerating(path, seal, maker, evidence, made)));
  let outside: Finding | undefined;
  if (!maker.isValidAt(seal.createdAt)) {
    const reason = `the seal says it was made at ${told(seal.createdAt)}, outside the validity of its maker`;
    outside = finding("SIG_CONSTRAINTS_FAILURE", reason);
  }
  checks.push(checked("6.3 c", "seal.made_in_validity", outside), ...stampChecks);
  return { ...facts, checks, signer: commonName(maker.subject), ...(made === undefined ? {} : { provenTime: made }) };
}

function checkExtensions(step: string, name: string, extensions: readonly Extension[]): Check {
  const strange = extensions.filter((one) => one.critical && !KNOWN.includes(one.oid)).map((one) => one.oid);
  const reason = `critical extensions that are not understood: ${strange.join(", ")}`;
  return checked(step, name, strange.length === 0 ? undefined : finding("SIG_CONSTRAINTS_FAILURE", reason));
}

async function checkValue(
  step: string,
  name: string,
  by: Certificate,
  signed: Seal | SealSignature,
  evidence: Evidence,
): Promise<Check> {
  if (signed.algorithm !== SM2_WITH_SM3) {
    const reason = `the algorithm ${signed.algorithm} is not accepted in a seal`;
    return checked(step, name, finding("CRYPTO_CONSTRAINTS_FAILURE", reason));
  }
  const asked = { key: by.publicKey, algorithm: ALGORITHM, message: signed.signed, signature: signed.value };
  return valueCheck(await answerFor(asked, "bare"), undefined, evidence, step, name);
}

/** The seal names the signer: in V4 the certificate stands outside of what is signed, and anybody's would do. */
function checkListed({ seal, certificate }: SealSignature): Check {
  const wanted = seal.listsHashes ? fromHex(sm3(certificate)) : certificate;
  const isListed = seal.listed.some((one) => equal(one, wanted));
  const reason = "the seal does not name this signer";
  return checked("7.3 b", "seal_signature.signer_listed", isListed ? undefined : finding("SIG_CONSTRAINTS_FAILURE", reason));
}

async function judgeTime(
  signature: SealSignature,
  evidence: Evidence,
  existed: Date | undefined,
): Promise<[Existence, Check[]]> {
  if (signature.timeStamp === undefined) return [NEVER, []];
  const stamp = await judgeTimeStamp(signature.timeStamp, new Content([signature.value]), evidence, existed);
  const checks = [summary("7.3 d", "seal_signature.time_stamp", stamp)];
  if (stamp.claimedTime !== undefined && signature.signedAt !== undefined) {
    const older = finding("TIMESTAMP_ORDER_FAILURE", "the time-stamp is older than the signing time that the signature claims");
    checks.push(checked("7.3 d", "seal_signature.time_order", stamp.claimedTime >= signature.signedAt ? undefined : older));
  }
  return [existenceOf([stamp]), checks];
}

function checkClaimedTime({ signedAt }: SealSignature, signer: Certificate, now: Date): Check {
  const check = (found?: Finding): Check => checked("7.3 d", "seal_signature.signing_time", found);
  if (signedAt === undefined) return check(finding("OUT_OF_BOUNDS_NO_POE", "the signature tells no signing time"));
  if (signedAt > now) return check(finding("TIMESTAMP_ORDER_FAILURE", `the signing time ${told(signedAt)} lies in the future`));
  if (signer.isValidAt(signedAt)) return check();
  return check(finding("SIG_CONSTRAINTS_FAILURE", "the signing time lies outside the validity of the signer's certificate"));
}

async function checkHash(signature: SealSignature, content: Content | undefined, evidence: Evidence): Promise<Check> {
  const check = (found?: Finding): Check => checked("7.3 e", "seal_signature.data_hash", found);
  if (content === undefined) {
    evidence.needs.add("document");
    return check(finding("SIGNED_DATA_NOT_FOUND", "the document that was sealed is not at hand"));
  }
  if (hex(signature.dataHash) === (await content.hash())) return check();
  return check(finding("HASH_FAILURE", "the document is not the one that was sealed"));
}

/** When the seal was made at the latest, if a time-stamp proves it (GM/T 0031-2025), and the checks on that. */
async function judgeMakingTime(seal: Seal, evidence: Evidence, existed: Date): Promise<[Existence, Check[]]> {
  if (seal.timeStamp === undefined) return [NEVER, []];
  const stamp = await judgeTimeStamp(seal.timeStamp, new Content([seal.value]), evidence, existed);
  const whole = summary("6.3 d", "seal.time_stamp", stamp);
  const existence = existenceOf([stamp]);
  if (stamp.claimedTime === undefined) return [existence, [whole]];
  const isAfter = stamp.claimedTime >= seal.createdAt;
  const reason = "the seal was time-stamped before the moment at which it says it was made";
  const order = checked("6.3 d", "seal.time_stamp_order", isAfter ? undefined : finding("TIMESTAMP_ORDER_FAILURE", reason));
  return [isAfter ? existence : NEVER, [whole, order]];
}

/**
 * GM/T 0031-2025 lets a seal stand whose maker's certificate has expired, or was revoked, after it was made: then the
 * checks of the path pass that would not.
 */
async function tolerating(
  path: Path,
  seal: Seal,
  maker: Certificate,
  evidence: Evidence,
  made: Date | undefined,
): Promise<readonly Check[]> {
  const ofMaker = path.checks.find((one) => one.name === "certificate.revocation");
  const troubles = path.checks.filter((one) => one.outcome !== "passed");
  const others = troubles.some((one) => one.name !== "certificate.validity" && one !== ofMaker);
  if (seal.version !== 5 || troubles.length === 0 || others) return path.checks;
  const then = await validate(maker, evidence, {
    purpose: "seal_making",
    at: made ?? seal.createdAt,
    isProven: true,
    isStated: made === undefined,
    step: "6.3 c",
  });
  if (then.checks.some((one) => one.outcome !== "passed")) return path.checks;
  return path.checks.map(({ step, name }) => checked(step, name));
}

/** Step e: the seal is in its period of validity. One that expired since says nothing against what it sealed before. */
function checkValidity(seal: Seal, at: Date, isProven: boolean): Check {
  const step = "6.3 e";
  const name = "seal.validity";
  if (seal.validFrom <= at && at <= seal.validUntil) return checked(step, name);
  const reason = `the seal is valid from ${told(seal.validFrom)} to ${told(seal.validUntil)}, not at ${told(at)}`;
  if (at < seal.validFrom) return checked(step, name, finding("NOT_YET_VALID", reason));
  return checked(step, name, finding(isProven ? "EXPIRED" : "OUT_OF_BOUNDS_NO_POE", reason));
}
