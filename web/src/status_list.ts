/** The status list of a licence type 证照状态列表, read as docs/status-list.md says. */
import { pathOf } from "./certificates.js";
import { CLOCK_TOLERANCE, SignedDocument, refusing } from "./documents.js";
import { moment } from "./json.js";
import { Malformed, Refused, ascii, concatenated, fromBase64 } from "./octets.js";
import type { TrustList } from "./trust_list.js";

const TYPE = "xinyin.status-list";
const VERSION = 2;
const PREFIX = ascii("xinyin status list v2\0");
const BITS = 2;
const MOST_PLACES = 200_000_000;
const LONGEST = 96 << 20;
const TYPE_CODE = /^[0-9A-Z]{18}[0-9]{3}$/;

export type Status = "valid" | "invalid" | "suspended" | "pending";

const STATUSES: readonly Status[] = ["valid", "invalid", "suspended", "pending"];

export class StatusList {
  constructor(
    readonly source: string,
    readonly licenceType: string,
    readonly number: number,
    readonly issued: Date,
    readonly nextUpdate: Date,
    readonly places: number,
    private readonly octets: Uint8Array,
    /** Whether the signer's standing could be established when the list was read. */
    readonly outcome: "passed" | "indeterminate",
  ) {}

  /** How the licence of a place stands; undefined where the list is older than the licence. */
  status(place: number): Status | undefined {
    if (place < 0 || place >= this.places) return undefined;
    const octet = this.octets[place >>> 2] as number;
    return STATUSES[(octet >> (BITS * (place & 3))) & 3];
  }
}

/** Returns what zlib (RFC 1950) has compressed, which must be `length` octets and no more. */
async function inflate(compressed: Uint8Array, length: number): Promise<Uint8Array> {
  const whole = new Blob([compressed as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = whole.getReader();
  const parts: Uint8Array[] = [];
  let taken = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      taken += value.length;
      if (taken > length) throw new Malformed("more than the places take");
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof Malformed ? error : new Malformed("not compressed with zlib");
  }
  if (taken !== length) throw new Malformed("fewer than the places take");
  return concatenated(...parts);
}

/** Reads a list that one of the instance's keys for claims has signed. Throws `Refused`. */
export async function readStatusList(encoded: Uint8Array, trustList: TrustList, now: Date): Promise<StatusList> {
  const malformed = "licence.status_list_malformed";
  const [signed, told] = refusing(malformed, () => {
    const document = new SignedDocument(encoded, LONGEST);
    const kinds = {
      type: "string",
      version: "number",
      source: "string",
      licence_type: "string",
      number: "number",
      issued: "string",
      next_update: "string",
      bits: "number",
      places: "number",
      statuses: "string",
    } as const;
    const members = document.members(kinds, TYPE, VERSION);
    const found = {
      source: members.string("source"),
      licenceType: members.string("licence_type"),
      number: members.number("number"),
      issued: moment(members.string("issued")),
      nextUpdate: moment(members.string("next_update")),
      places: members.number("places"),
      compressed: fromBase64(members.string("statuses")),
    };
    if (members.number("bits") !== BITS || !TYPE_CODE.test(found.licenceType)) throw new Malformed("another list");
    if (found.number < 1 || found.number > 4095) throw new Malformed("no number of a list");
    if (found.places < 0 || found.places > MOST_PLACES) throw new Malformed("more places than any type has licences");
    if (found.issued >= found.nextUpdate) throw new Malformed("a list that ends before it begins");
    return [document, found] as const;
  });
  const untrusted = (reason: string): Refused => new Refused("licence.status_list_untrusted", reason);
  const signer = trustList.signers.find((one) => one.certificate.fingerprint === signed.certificate.fingerprint);
  if (signer === undefined || !signer.purposes.includes("licence_claim")) throw untrusted("not signed by a key for claims");
  const path = refusing("licence.status_list_untrusted", () =>
    signed.certificate.maySign
      ? pathOf(signed.certificate, {
          anchors: trustList.anchors.filter((one) => one.purposes.includes("licence_claim")).map((one) => one.certificate),
          certificates: trustList.authorities.map((one) => one.certificate),
          lists: trustList.revocationLists,
          now,
        })
      : "untrusted",
  );
  if (path === "untrusted" || signer.state === "revoked") throw untrusted("its signer is not trusted now");
  if (!signed.isSigned(PREFIX)) throw untrusted("its signature does not belong to it");
  if (Number(told.issued) > Number(now) + CLOCK_TOLERANCE || told.source !== trustList.source) {
    throw untrusted("another instance's, or of the future");
  }
  let octets: Uint8Array;
  try {
    octets = await inflate(told.compressed, Math.ceil(told.places / (8 / BITS)));
  } catch (error) {
    throw error instanceof Malformed ? new Refused(malformed, error.message) : error;
  }
  return new StatusList(
    told.source,
    told.licenceType,
    told.number,
    told.issued,
    told.nextUpdate,
    told.places,
    octets,
    path === "trusted" ? "passed" : "indeterminate",
  );
}
