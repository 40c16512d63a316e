/** Time-stamp tokens (RFC 3161, GM/T 0033): what they state and whether it is proven; trust/timestamping.py, in its order. */
import type { Check } from "../claim.js";
import { Malformed, hex } from "../octets.js";
import { digest, digestName } from "./algorithms.js";
import { Element, Tag, algorithmOf, commonName, exactly, momentOf, needed, whole } from "./asn1.js";
import { Content } from "./content.js";
import { type Evidence, joined } from "./material.js";
import { Members, type Message, type Signer, TST_INFO, readMessage } from "./messages.js";
import { validate } from "./paths.js";
import { checkSigner } from "./signers.js";
import { type Finding, type Report, checked, finding, open, told, worst } from "./verdict.js";

const STEP = "time-stamp";
const GENERALIZED_TIME = /^(\d{14})(?:\.(\d{0,8}[1-9]))?Z$/;

interface Info {
  readonly digest: string | undefined;
  readonly imprint: string;
  /** To the millisecond, rounded down. */
  readonly time: Date;
}

function infoOf(message: Message): Info {
  if (message.content === undefined || message.contentType !== TST_INFO) throw new Malformed("not a time-stamp");
  const members = new Members(Element.parse(message.content));
  whole(members.next(Tag.INTEGER));
  members.next(Tag.OID).oid();
  const [algorithm, hashed] = exactly(members.next(Tag.SEQUENCE), 2).map(needed) as [Element, Element];
  whole(members.next(Tag.INTEGER));
  const time = timeOf(members.next(Tag.GENERALIZED_TIME));
  for (const tag of [Tag.SEQUENCE, Tag.BOOLEAN, Tag.INTEGER, 0xa0, 0xa1]) members.optional(tag);
  members.end();
  return { digest: digestName(algorithmOf(algorithm)[0]), imprint: hex(hashed.octets()), time };
}

/** A genTime: UTC, to the second or finer (RFC 3161, 2.4.2). */
function timeOf(element: Element): Date {
  const [, digits = "", fraction = ""] = GENERALIZED_TIME.exec(String.fromCharCode(...element.body.subarray(0, 32))) ?? [];
  if (digits === "") throw new Malformed("not a genTime");
  return momentOf(digits, Number(fraction.slice(0, 3).padEnd(3, "0")));
}

/** The moment that a token states, whoever made it; undefined for what is no token. */
export function statedTime(token: Uint8Array): Date | undefined {
  try {
    return infoOf(readMessage(token)).time;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function read(token: Uint8Array): { message: Message; signer: Signer; info: Info } {
  const message = readMessage(token);
  const [signer, ...more] = message.signers;
  // RFC 5652, 5.3: TSTInfo is not plain data, its type must be signed.
  if (signer?.covered === undefined || more.length > 0) throw new Malformed("not one signer with attributes");
  return { message, signer, info: infoOf(message) };
}

/**
 * Judges a token over a content. Its time is proven only if every check passed. `existed` is the earliest moment at which
 * the token is proven to have been there, as a later time-stamp over it proves; else it is now. It proves nothing any more
 * where certificates or algorithms of its authority had ended by then, or its key may have been in other hands.
 */
export async function judgeTimeStamp(
  token: Uint8Array,
  content: Content,
  evidence: Evidence,
  existed: Date | undefined,
): Promise<Report> {
  const kind = "time_stamp";
  let parts: ReturnType<typeof read>;
  try {
    parts = read(token);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    evidence.needs.add("structure");
    return { kind, checks: [open(STEP, "time_stamp.format", `not a token that this reader knows: ${error.message}`)] };
  }
  const { message, signer, info } = parts;
  const checks: Check[] = [checked(STEP, "time_stamp.format"), await checkImprint(info, content, evidence)];
  let future: Finding | undefined;
  if (info.time > evidence.now) {
    future = finding("TIMESTAMP_ORDER_FAILURE", `the token states a moment in the future, ${told(info.time)}`);
  }
  checks.push(checked(STEP, "time_stamp.time", future));
  const pool = [...message.certificates, ...evidence.certificates, ...evidence.anchors.map((one) => one.certificate)];
  const certificate = pool.find(signer.names);
  if (certificate === undefined) {
    const missing = finding("NO_CERTIFICATE_CHAIN_FOUND", "the certificate of the time-stamp authority is not at hand");
    return { kind, checks: [...checks, checked(STEP, "certificate.path", missing)] };
  }
  const at = info.time;
  // A clock that is behind the one that proves the token does not make it older than it says.
  const shown = new Date(Math.max(Number(existed ?? evidence.now), Number(at)));
  const inner = new Content([message.content ?? new Uint8Array()]);
  try {
    const covering = { message, signer, certificate, content: inner, at, isProven: true, existed: shown, step: STEP };
    checks.push(...(await checkSigner(covering, evidence)));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    evidence.needs.add("structure");
    checks.push(open(STEP, "time_stamp.format", error.message));
  }
  const known = joined(evidence, message);
  const asked = { purpose: "time_stamping", at, isProven: true, existed: shown, step: STEP } as const;
  const path = await validate(certificate, known, asked);
  checks.push(...path.checks);
  const proven = worst(checks) === "passed" ? { provenTime: at } : {};
  return { kind, checks, signer: commonName(certificate.subject), claimedTime: at, ...proven };
}

async function checkImprint(info: Info, content: Content, evidence: Evidence): Promise<Check> {
  const name = "time_stamp.imprint";
  if (info.digest === "SHA-1") {
    return checked(STEP, name, finding("CRYPTO_CONSTRAINTS_FAILURE", "the token was made over a hash of SHA-1"));
  }
  const found = info.digest === undefined ? undefined : await digest(info.digest, content.octets());
  if (found === undefined) {
    evidence.needs.add("algorithm");
    return open(STEP, name, "this browser does not know the hash of the token");
  }
  const other = found === info.imprint ? undefined : finding("HASH_FAILURE", "the token was made over another message");
  return checked(STEP, name, other);
}
