/**
 * Who acted, and whether the delegations that a signature carries lead to them: docs/delegation.md, in its order.
 * trust/{delegations,delegation_checks}.py and seal/verification/acting.py are the model, check by check.
 */
import type { Certificate } from "../certificates.js";
import type { Check } from "../claim.js";
import { Malformed, fromHex, hex } from "../octets.js";
import { sm3 } from "../sm2.js";
import { answerFor } from "./algorithms.js";
import { Element, Tag, exactly, inside, needed } from "./asn1.js";
import { type Evidence, certificateOf, joined } from "./material.js";
import { validate } from "./paths.js";
import { type Finding, checked, finding, open, told } from "./verdict.js";

/** The extension, or signed attribute, that tells who acted. */
export const ACTING = "2.25.285459163503974227737678472209410678744";
const FORM = "2.25.304629861751048336639334093329078549336";
const STEP = "delegation";
const MOST_LINKS = 4;
/** How long a stamping may take, from the time that it claims to its delegations and to its time-stamp. */
const LEEWAY = 10 * 60 * 1000;
const MATTER = "seal.stamp";
/** AlgorithmIdentifier of SM2 with SM3. */
const ALGORITHM = Element.parse(fromHex("300a06082a811ccf55018375"));

interface Bounds {
  readonly matters: readonly string[];
  readonly seals: readonly string[];
  readonly types: readonly string[];
  readonly kinds: readonly string[];
  readonly operations: readonly string[];
  readonly purposes: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly times: bigint | undefined;
  readonly depth: bigint;
}

interface Delegation extends Bounds {
  readonly id: string;
  readonly delegator: string;
  readonly delegate: string;
  readonly delegateId: string;
  readonly parent: string | undefined;
  readonly givenAt: Date;
  /** SM3 of the statement. */
  readonly digest: string;
  /** SM3 of the certificate of whoever signed it. */
  readonly signer: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

interface Acting {
  readonly actor: string;
  readonly purpose: string;
  readonly kind: string | undefined;
  readonly operation: string | undefined;
  readonly chain: { readonly links: readonly Delegation[]; readonly certificates: readonly Certificate[] } | undefined;
}

/** What the signature around tells of its use. */
export interface Use {
  /** The code of the seal; undefined where the signature is none with a seal. */
  readonly seal: string | undefined;
  readonly at: Date | undefined;
  /** When a time-stamp over the signature was made, where one holds. */
  readonly stampedAt: Date | undefined;
  readonly provenAt: Date | undefined;
  readonly isOpen: boolean;
}

/** Judges the delegations that a signature carries; no checks where it carries none. */
export async function judgeActing(values: readonly Uint8Array[], outer: Evidence, use: Use): Promise<Check[]> {
  let acting: Acting;
  try {
    if (values.length !== 1) return [];
    acting = readActing(Element.parse(needed(values[0])));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    outer.needs.add("structure");
    return [open(STEP, "delegation.chain", `who acted cannot be read here: ${error.message}`)];
  }
  if (acting.chain === undefined) return [];
  const { links, certificates } = acting.chain;
  const wrong = (reason: string | undefined): Finding | undefined =>
    reason === undefined ? undefined : finding("SIG_CONSTRAINTS_FAILURE", reason);
  return [
    checked(STEP, "delegation.chain", wrong(brokenAt(links))),
    await checkSigners(links, certificates, joined(outer, { certificates }), use),
    checked(STEP, "delegation.use", wrong(notPermitted(links, acting, use))),
    checked(STEP, "delegation.time", wrong(outOfTime(links, use))),
  ];
}

// --- reading

function readActing(element: Element): Acting {
  const [actor, authorisation, purpose, ...more] = element.sequence();
  textOf(needed(authorisation));
  const tags = more.map((one) => one.tag);
  const isKnown = tags.every((tag, place) => tag >= 0xa0 && tag <= 0xa3 && (place === 0 || needed(tags[place - 1]) < tag));
  if (!isKnown) throw new Malformed("a member that is not known");
  const member = (tag: number): Element | undefined => {
    const found = more.find((one) => one.tag === tag);
    return found && inside(found);
  };
  member(0xa0)?.integer();
  const [kind, operation, chain] = [member(0xa1), member(0xa2), member(0xa3)];
  return {
    actor: textOf(needed(actor)),
    purpose: textOf(needed(purpose)),
    kind: kind && textOf(kind),
    operation: operation && textOf(operation),
    chain: chain && readChain(chain),
  };
}

function readChain(element: Element): NonNullable<Acting["chain"]> {
  const [statements, signers] = exactly(element, 2);
  const links = needed(statements).sequence().map(readStatement);
  const certificates = needed(signers)
    .sequence()
    .map((one) => certificateOf(one.raw));
  const isOfSize = [links, certificates].every((one) => one.length > 0 && one.length <= MOST_LINKS);
  if (!isOfSize) throw new Malformed("no statement or certificate, or far too many");
  const known = certificates.map((one) => one.fingerprint);
  if (!links.every((one) => known.includes(one.signer))) throw new Malformed("a certificate is missing");
  return { links, certificates };
}

function readStatement(element: Element): Delegation {
  const [tbs, signer, signature] = exactly(element, 3);
  const members = needed(tbs).sequence();
  const optional = (place: number, tag: number): Element | undefined =>
    members[place]?.tag === tag ? inside(needed(members.splice(place, 1)[0])) : undefined;
  const times = optional(10, 0xa0)?.integer();
  const parent = optional(11, 0xa1)?.octets();
  if (members.length !== 13) throw new Malformed("not the members of a delegation");
  const at = (place: number): Element => needed(members[place]);
  if (at(0).oid() !== FORM || at(1).integer() !== 1n) throw new Malformed("another form or version");
  const [seals, types, kinds, operations] = exactly(at(6), 4).map(namesOf);
  return {
    id: textOf(at(2)),
    delegator: hex(at(3).raw),
    delegate: hex(at(4).raw),
    delegateId: textOf(needed(exactly(at(4), 2)[1])),
    matters: namesOf(at(5)),
    seals: needed(seals),
    types: needed(types),
    kinds: needed(kinds),
    operations: needed(operations),
    purposes: namesOf(at(7)),
    notBefore: at(8).time(),
    notAfter: at(9).time(),
    times,
    depth: at(10).integer(),
    parent: parent && hex(parent),
    givenAt: at(12).time(),
    digest: sm3(element.raw),
    signer: hex(needed(signer).octets()),
    signed: needed(tbs).raw,
    signature: needed(signature).bits(),
  };
}

function textOf(element: Element): string {
  if (element.tag !== Tag.UTF8_STRING) throw new Malformed("not a text");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(element.body);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

function namesOf(element: Element): string[] {
  return element.sequence().map(textOf);
}

// --- judging

type Names = readonly string[];

function lies(child: Names, parent: Names): boolean {
  return parent.length === 0 || (child.length > 0 && child.every((one) => parent.includes(one)));
}

/** For each bound, whether what is handed on lies within what was received. */
const NARROWING: readonly [string, (child: Bounds, parent: Bounds) => boolean][] = [
  ["matters", (child, parent) => child.matters.every((one) => parent.matters.includes(one))],
  ["seals", (child, parent) => lies(child.seals, parent.seals)],
  ["licence_types", (child, parent) => lies(child.types, parent.types)],
  ["document_kinds", (child, parent) => lies(child.kinds, parent.kinds)],
  ["operations", (child, parent) => lies(child.operations, parent.operations)],
  ["purposes", (child, parent) => lies(child.purposes, parent.purposes)],
  ["not_before", (child, parent) => child.notBefore >= parent.notBefore],
  ["not_after", (child, parent) => child.notAfter <= parent.notAfter],
  ["times", (child, parent) => parent.times === undefined || (child.times !== undefined && child.times <= parent.times)],
  ["depth", (child, parent) => child.depth < parent.depth],
];

function brokenAt(links: readonly Delegation[]): string | undefined {
  if (links[0]?.parent !== undefined) return "the first statement was given within another one, which is missing";
  for (const [place, child] of links.entries()) {
    const parent = links[place - 1];
    if (parent === undefined) continue;
    if (child.parent !== parent.digest) return `${child.id} was not given within ${parent.id}`;
    if (child.delegator !== parent.delegate) return `${child.id} is given by another than the one who received ${parent.id}`;
    if (child.givenAt < parent.givenAt) return `${child.id} is older than ${parent.id}`;
    const wider = NARROWING.find(([, holds]) => !holds(child, parent));
    if (wider !== undefined) return `${child.id} is wider than ${parent.id}: ${wider[0]}`;
  }
  return undefined;
}

function notPermitted(links: readonly Delegation[], acting: Acting, use: Use): string | undefined {
  if (links.at(-1)?.delegateId !== acting.actor) return "who acted is not the one who received the delegation";
  if (use.seal !== undefined && links[0]?.seals.includes(use.seal) !== true) {
    return "the first statement does not name this seal";
  }
  const permits = (names: Names, wanted: string | undefined): boolean =>
    wanted === undefined || names.length === 0 || names.includes(wanted);
  for (const one of links) {
    const asked: readonly [string, boolean][] = [
      ["matter", one.matters.includes(MATTER)],
      ["seal", permits(one.seals, use.seal)],
      ["document kind", permits(one.kinds, acting.kind)],
      ["operation", permits(one.operations, acting.operation)],
      ["purpose", permits(one.purposes, acting.purpose)],
    ];
    const refused = asked.find(([, isPermitted]) => !isPermitted);
    if (refused !== undefined) return `${one.id} does not permit this ${refused[0]}`;
  }
  return undefined;
}

function outOfTime(links: readonly Delegation[], { at, stampedAt }: Use): string | undefined {
  if (at === undefined) return "the moment of the use is not told";
  const moment = Math.floor(Number(at) / 1000) * 1000;
  for (const one of links) {
    if (moment < Number(one.notBefore) || moment > Number(one.notAfter)) {
      return `${one.id} holds from ${told(one.notBefore)} to ${told(one.notAfter)}`;
    }
    if (moment < Number(one.givenAt) - LEEWAY) return `${one.id} was given after the use`;
    if (stampedAt !== undefined && Number(stampedAt) > Number(one.notAfter) + LEEWAY) {
      return `${one.id} had ended at the moment that the time-stamp proves`;
    }
  }
  return undefined;
}

async function checkSigners(
  links: readonly Delegation[],
  certificates: readonly Certificate[],
  evidence: Evidence,
  { provenAt, isOpen }: Use,
): Promise<Check> {
  const name = "delegation.signer";
  const isProven = provenAt !== undefined && !isOpen;
  const asked = { purpose: "delegation", at: provenAt ?? evidence.now, isProven, isOpen } as const;
  for (const certificate of certificates) {
    const path = await validate(certificate, evidence, { ...asked, step: STEP });
    for (const outcome of ["failed", "indeterminate"]) {
      const found = path.checks.find((one) => one.outcome === outcome);
      if (found !== undefined) return { ...found, step: STEP, name };
    }
  }
  for (const one of links) {
    const by = needed(certificates.find((certificate) => certificate.fingerprint === one.signer));
    const signed = { key: by.publicKey, algorithm: ALGORITHM, message: one.signed, signature: one.signature };
    const answer = await answerFor(signed);
    if (answer === "unknown") {
      evidence.needs.add("algorithm");
      return open(STEP, name, "this browser cannot verify the signatures of the delegations");
    }
    const broken = (reason: string): Check => checked(STEP, name, finding("SIG_CRYPTO_FAILURE", reason));
    if (answer !== "holds") return broken(`the signature on ${one.id} does not hold`);
    if (!by.isValidAt(one.givenAt)) return broken(`${one.id} was given outside of the validity of its signer's certificate`);
  }
  return checked(STEP, name);
}
