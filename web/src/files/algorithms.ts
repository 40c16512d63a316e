/**
 * Hashes and signatures of both families: SM3 and SM2 by web/src/sm2.ts, the others by the browser itself (WebCrypto).
 *
 * Names, strengths and ends are those of trust/crypto/algorithms.py. What this browser cannot compute is told, and never
 * taken for good.
 */
import { Malformed, fromHex, hex } from "../octets.js";
import { derSignature, rawSignature, sm3, verify } from "../sm2.js";
import { Element, Tag, algorithmOf, exactly, needed, whole } from "./asn1.js";

export const SM2_WITH_SM3 = "1.2.156.10197.1.501";
const EC_KEY = "1.2.840.10045.2.1";
const RSA_KEY = "1.2.840.113549.1.1.1";
const PSS = "1.2.840.113549.1.1.10";
const ED25519 = "1.3.101.112";
const SM2_CURVE = "1.2.156.10197.1.301";

const DIGESTS: Readonly<Record<string, string>> = {
  "1.2.156.10197.1.401": "SM3",
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
  "1.3.14.3.2.26": "SHA-1",
};
const CURVES: Readonly<Record<string, readonly [string, number]>> = {
  "1.2.840.10045.3.1.7": ["P-256", 256],
  "1.3.132.0.34": ["P-384", 384],
  "1.3.132.0.35": ["P-521", 521],
};

type Family = "sm2" | "ecdsa" | "rsa" | "ed25519";

/** Signature algorithms by identifier: the family of the key, and the hash unless something else names it. */
const SIGNATURES: Readonly<Record<string, readonly [Family, string?]>> = {
  [SM2_WITH_SM3]: ["sm2", "SM3"],
  "1.2.156.10197.1.301.1": ["sm2", "SM3"],
  "1.2.840.10045.4.3.2": ["ecdsa", "SHA-256"],
  "1.2.840.10045.4.3.3": ["ecdsa", "SHA-384"],
  "1.2.840.10045.4.3.4": ["ecdsa", "SHA-512"],
  "1.2.840.113549.1.1.11": ["rsa", "SHA-256"],
  "1.2.840.113549.1.1.12": ["rsa", "SHA-384"],
  "1.2.840.113549.1.1.13": ["rsa", "SHA-512"],
  "1.2.840.113549.1.1.5": ["rsa", "SHA-1"],
  [RSA_KEY]: ["rsa"],
  [PSS]: ["rsa"],
  [ED25519]: ["ed25519"],
};

/** "unknown": this browser, or this reader, cannot tell. "refused": the algorithm is not accepted. */
export type Answer = "holds" | "broken" | "refused" | "unknown";

/** The name of a hash function; undefined for one that is not known here. */
export function digestName(oid: string): string | undefined {
  return DIGESTS[oid];
}

/** WebCrypto, which browsers give to secure pages alone. */
function subtle(): SubtleCrypto | undefined {
  return (globalThis.crypto as Crypto | undefined)?.subtle;
}

/** What WebCrypto asks for as the type of octets; none of ours lie in shared memory. */
function buffer(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return octets as Uint8Array<ArrayBuffer>;
}

/** The hash of octets in hex; undefined where this browser cannot compute it. SHA-1 ties nothing to anything. */
export async function digest(name: string, octets: Uint8Array): Promise<string | undefined> {
  if (name === "SM3") return sm3(octets);
  const found = await subtle()?.digest(name, buffer(octets));
  return found === undefined ? undefined : hex(new Uint8Array(found));
}

interface Key {
  readonly family: Family | undefined;
  /** Bits of security (NIST SP 800-57 part 1, table 2); undefined for a family that is not known here. */
  readonly bits: number | undefined;
  readonly curve: string | undefined;
}

function keyOf(spki: Uint8Array): Key {
  const [algorithm, value] = exactly(Element.parse(spki), 2);
  const [oid, parameter] = algorithmOf(needed(algorithm));
  const curve = parameter?.tag === Tag.OID ? parameter.oid() : undefined;
  if (oid === EC_KEY && curve === SM2_CURVE) return { family: "sm2", bits: 128, curve };
  if (oid === EC_KEY && curve !== undefined && curve in CURVES) {
    return { family: "ecdsa", bits: (CURVES[curve] as readonly [string, number])[1] >> 1, curve };
  }
  if (oid === ED25519) return { family: "ed25519", bits: 128, curve: undefined };
  if (oid !== RSA_KEY) return { family: undefined, bits: undefined, curve };
  const [modulus] = exactly(Element.parse(needed(value).bits()), 2);
  const size = needed(modulus).integer().toString(2).length;
  const [, bits] = RSA_STRENGTHS.find(([least]) => size >= least) ?? [0, 0];
  return { family: "rsa", bits, curve: undefined };
}

const RSA_STRENGTHS = [
  [15_360, 256],
  [7_680, 192],
  [3_072, 128],
  [2_048, 112],
  [1_024, 80],
] as const;
const LEAST_BITS = 112;

/** When keys of fewer bits of security end (NIST SP 800-57 part 1 revision 5, table 4). */
const STRENGTH_ENDS = [
  [112, Date.UTC(2014, 0)],
  [128, Date.UTC(2031, 0)],
] as const;
const SHA1_ENDS = Date.UTC(2014, 0);

/** Tells whether keys of this strength are no longer used at a moment. */
export function keyHasEnded(spki: Uint8Array, at: Date): boolean {
  const { bits } = keyOf(spki);
  const end = bits === undefined ? undefined : STRENGTH_ENDS.find(([limit]) => bits < limit)?.[1];
  return end !== undefined && Number(at) >= end;
}

/** Tells whether nothing may be signed with an algorithm at a moment. */
export function signatureHasEnded(oid: string, at: Date): boolean {
  return SIGNATURES[oid]?.[1] === "SHA-1" && Number(at) >= SHA1_ENDS;
}

/** Tells whether an algorithm is one that ties a certificate to its issuer. */
export function isBroken(oid: string): boolean {
  return SIGNATURES[oid]?.[1] === "SHA-1";
}

/** Tells whether the one form of SM2 with SM3 is what certificates and messages of SM2 name. */
export function isOfSM2(oid: string): boolean {
  return SIGNATURES[oid]?.[0] === "sm2";
}

export interface Signed {
  /** SubjectPublicKeyInfo in DER. */
  readonly key: Uint8Array;
  /** AlgorithmIdentifier of the signature. */
  readonly algorithm: Element;
  /** The hash that the surroundings name, for algorithms that leave it open. */
  readonly digest?: string | undefined;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Verifies a signature. `bare` lets SM2 signatures be r ‖ s, as one real vendor writes them in seals and messages. */
export async function verifySigned(signed: Signed, form: "der" | "bare" = "der"): Promise<Answer> {
  const [oid, parameter] = algorithmOf(signed.algorithm);
  const [family, fixed] = SIGNATURES[oid] ?? [];
  const key = keyOf(signed.key);
  if (family === undefined || key.family === undefined) return "unknown";
  if (family !== key.family || (key.bits ?? 0) < LEAST_BITS) return "refused";
  const name = fixed ?? signed.digest;
  switch (family) {
    case "sm2":
      return verifySM2(signed, form);
    case "ed25519":
      return ask(signed, { name: "Ed25519" }, "Ed25519", signed.signature);
    case "ecdsa":
      return verifyECDSA(signed, needed(key.curve), name);
    case "rsa": {
      if (name === undefined || name === "SM3" || name === "SHA-1") return "unknown";
      if (oid !== PSS) return ask(signed, { name: "RSASSA-PKCS1-v1_5", hash: name }, "RSASSA-PKCS1-v1_5", signed.signature);
      const saltLength = saltOf(parameter, name);
      if (saltLength === undefined) return "unknown";
      return ask(signed, { name: "RSA-PSS", hash: name }, { name: "RSA-PSS", saltLength }, signed.signature);
    }
  }
}

function verifySM2({ key, message, signature }: Signed, form: "der" | "bare"): Answer {
  const point = needed(Element.parse(key).sequence()[1]).bits();
  if (point.length !== 65) return "unknown"; // a compressed point, which this library does not unfold
  const isBare = form === "bare" && signature.length === 64;
  const pair = isBare ? rawSignature(signature) : derSignature(signature);
  return verify(message, pair, point) ? "holds" : "broken";
}

async function verifyECDSA(signed: Signed, curve: string, name: string | undefined): Promise<Answer> {
  if (name === undefined || name === "SM3" || name === "SHA-1") return "unknown";
  const [namedCurve, bits] = CURVES[curve] as readonly [string, number];
  const width = 2 * Math.ceil(bits / 8);
  const { r, s } = derSignature(signed.signature);
  const digits = [r, s].map((part) => part.toString(16).padStart(width, "0"));
  if (digits.some((one) => one.length > width)) return "broken";
  return ask(signed, { name: "ECDSA", namedCurve }, { name: "ECDSA", hash: name }, fromHex(digits.join("")));
}

/** The length of the salt in RSASSA-PSS-params (RFC 4055, 3.1), where the rest of them is what is usual. */
function saltOf(parameter: Element | undefined, name: string): number | undefined {
  let hash = "SHA-1";
  let salt = 20;
  for (const one of parameter?.sequence() ?? []) {
    const [value] = one.children();
    if (one.tag === 0xa0) hash = DIGESTS[algorithmOf(needed(value))[0]] ?? "";
    else if (one.tag === 0xa2) salt = Number(whole(needed(value)));
  }
  return hash === name && salt >= 0 && salt <= 64 ? salt : undefined;
}

type Import = AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams;
type Verification = AlgorithmIdentifier | RsaPssParams | EcdsaParams;

/** Asks the browser. It throws for keys and algorithms that it does not know: then nobody knows. */
async function ask(signed: Signed, form: Import, how: Verification, signature: Uint8Array): Promise<Answer> {
  const engine = subtle();
  if (engine === undefined) return "unknown";
  try {
    const key = await engine.importKey("spki", buffer(signed.key), form, false, ["verify"]);
    return (await engine.verify(how, key, buffer(signature), buffer(signed.message))) ? "holds" : "broken";
  } catch {
    return "unknown";
  }
}

/** As `verifySigned`, where a signature that cannot even be read is one that does not hold. */
export async function answerFor(signed: Signed, form: "der" | "bare" = "der"): Promise<Answer> {
  try {
    return await verifySigned(signed, form);
  } catch (error) {
    if (error instanceof Malformed) return "broken";
    throw error;
  }
}
