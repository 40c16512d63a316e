/** The trust list 信任列表, read as docs/trust-list.md says, in its order. */
import { Certificate, RevocationList, pathOf } from "./certificates.js";
import { CLOCK_TOLERANCE, SignedDocument, refusing } from "./documents.js";
import { Strict, type Value, moment, momentText } from "./json.js";
import { Malformed, Refused, equal, fromBase64 } from "./octets.js";

const TYPE = "xinyin.trust-list";
const VERSION = 1;
const LONGEST = 64 << 20;
const MOST_CERTIFICATES = 10_000;
const TRUST_LIST_PURPOSE = "2.25.249162239124139050635521992120573455352";
const STATES = ["active", "superseded", "revoked"];
const PURPOSES = [
  "audit",
  "delegation",
  "licence_claim",
  "revocation_status",
  "seal_making",
  "sealing",
  "signing",
  "time_stamping",
  "trust_list",
];

const RULES = ["algorithms", "anchors", "fatal", "freshness"];

export interface Listed {
  readonly name: string;
  readonly certificate: Certificate;
  readonly state: string;
  readonly purposes: readonly string[];
}

export interface TrustList {
  readonly source: string;
  readonly sequence: number;
  readonly issued: Date;
  readonly nextUpdate: Date;
  readonly signers: readonly Listed[];
  readonly authorities: readonly Listed[];
  readonly anchors: readonly Listed[];
  readonly revocationLists: readonly RevocationList[];
  /** What kinds of rules the service judges by besides: whoever judges by this list alone may pass what it does not. */
  readonly rules: readonly string[];
  /** Whether the list covered the moment when it was read. */
  readonly outcome: "passed" | "indeterminate";
}

function listed(value: Value): Listed {
  const told = new Strict(value, {
    name: "string",
    certificate: "string",
    fingerprint: "string",
    public_key: "string",
    not_before: "string",
    not_after: "string",
    state: "string",
    purposes: "list",
  });
  const certificate = new Certificate(fromBase64(told.string("certificate")));
  const purposes = told.strings("purposes");
  const isSorted = purposes.every((one, place) => place === 0 || (purposes[place - 1] as string) < one);
  if (
    told.string("fingerprint") !== certificate.fingerprint ||
    !equal(fromBase64(told.string("public_key")), certificate.publicKey) ||
    told.string("not_before") !== momentText(certificate.notBefore) ||
    told.string("not_after") !== momentText(certificate.notAfter) ||
    !STATES.includes(told.string("state")) ||
    !isSorted ||
    !purposes.every((one) => PURPOSES.includes(one))
  ) {
    throw new Malformed("what stands beside a certificate is not what it says");
  }
  return { name: told.string("name"), certificate, state: told.string("state"), purposes };
}

function certificates(values: readonly Value[]): Listed[] {
  if (values.length > MOST_CERTIFICATES) throw new Malformed("far too many certificates");
  return values.map(listed);
}

/** Reads what kinds of rules the service judges by besides, in their order, each once. */
function rulesOf(told: readonly string[]): readonly string[] {
  const isOrdered = told.join() === RULES.filter((one) => told.includes(one)).join();
  if (told.length === 0 || !isOrdered) throw new Malformed("rules that are none");
  return told;
}

function payload(signed: SignedDocument): Omit<TrustList, "outcome"> {
  const kinds = {
    type: "string",
    version: "number",
    source: "string",
    sequence: "number",
    issued: "string",
    next_update: "string",
    anchors: "list",
    authorities: "list",
    signers: "list",
    revocation_lists: "list",
    rules: "list",
  } as const;
  const told = signed.members(kinds, TYPE, VERSION, ["rules"]);
  const found = {
    source: told.string("source"),
    sequence: told.number("sequence"),
    issued: moment(told.string("issued")),
    nextUpdate: moment(told.string("next_update")),
    anchors: certificates(told.list("anchors")),
    authorities: certificates(told.list("authorities")),
    signers: certificates(told.list("signers")),
    revocationLists: told.strings("revocation_lists").map((one) => new RevocationList(fromBase64(one))),
    rules: told.has("rules") ? rulesOf(told.strings("rules")) : [],
  };
  const all = [...found.anchors, ...found.authorities, ...found.signers];
  if (found.sequence < 1 || found.issued >= found.nextUpdate) throw new Malformed("a list that ends before it begins");
  if (new Set(all.map((one) => one.certificate.fingerprint)).size !== all.length) throw new Malformed("a certificate twice");
  return found;
}

/**
 * Reads a signed list. `pinned` are the fingerprints (SM3, in hex) of the reader's own anchors, `remembered` the highest
 * number that it has seen. Throws `Refused`.
 */
export function readTrustList(encoded: Uint8Array, pinned: readonly string[], now: Date, remembered = 0): TrustList {
  const [signed, told] = refusing("trust_list.malformed", () => {
    const document = new SignedDocument(encoded, LONGEST);
    return [document, payload(document)] as const;
  });
  const untrusted = (reason: string): Refused => new Refused("trust_list.untrusted", reason);
  const path = refusing("trust_list.untrusted", () => {
    if (!signed.certificate.isOnlyFor(TRUST_LIST_PURPOSE)) throw untrusted("its signer may not sign lists");
    return pathOf(signed.certificate, {
      // The fingerprint is what was pinned; the octets behind it may come from anywhere.
      anchors: told.anchors.map((one) => one.certificate).filter((one) => pinned.includes(one.fingerprint)),
      certificates: signed.others,
      lists: told.revocationLists,
      now,
    });
  });
  if (path === "untrusted") throw untrusted("no pinned anchor vouches for its signer");
  if (!signed.isSigned()) throw untrusted("its signature does not belong to it");
  if (told.sequence < remembered) throw new Refused("trust_list.rolled_back", "an older list than one that was seen");
  if (Number(told.issued) > Number(now) + CLOCK_TOLERANCE) throw untrusted("it comes from the future");
  return { ...told, outcome: path === "trusted" && now <= told.nextUpdate ? "passed" : "indeterminate" };
}
