/** Judges a file in the browser, without sending it anywhere (docs/browser-files.md). */
import type { Check } from "../claim.js";
import { Malformed } from "../octets.js";
import type { TrustList } from "../trust_list.js";
import { Content } from "./content.js";
import { judgeDocument } from "./judging_documents.js";
import { judgeMessage } from "./judging_messages.js";
import { judgeSeal, judgeSealSignature } from "./judging_seals.js";
import { type Evidence, evidenceOf } from "./material.js";
import { readSeal, readSealSignature } from "./seals.js";
import {
  type FileKind,
  type FileSignature,
  type FileVerdict,
  type Need,
  type Report,
  checked,
  finding,
  open,
  worst,
} from "./verdict.js";

export type { FileKind, FileSignature, FileVerdict, Need, SignatureKind } from "./verdict.js";

/** Octets of the largest file that is judged here. */
export const LARGEST = 20 << 20;

function begins(octets: Uint8Array, text: string): boolean {
  return [...text].every((character, place) => octets[place] === character.charCodeAt(0));
}

function reads(read: (octets: Uint8Array) => unknown, octets: Uint8Array): boolean {
  try {
    read(octets);
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** Says what a file is, by its first octets and its structure, never by its name. */
export function kindOf(octets: Uint8Array): FileKind {
  if (begins(octets, "%PDF-")) return "pdf";
  if (begins(octets, "PK\x03\x04")) return "ofd";
  if (octets[0] !== 0x30) return "unknown";
  if (reads(readSeal, octets)) return "seal";
  return reads(readSealSignature, octets) ? "seal_signature" : "cms";
}

/**
 * Judges a file with what is at hand: the trust list, and what the file brings. `signed` is the document that a seal
 * signature or a detached message covers, where somebody has chosen it too.
 *
 * "passed" says that every signature holds, covers the file, and leads to an authority of the trust list that is not
 * known to be revoked. What the server alone can say is named in `needsServer`, and never claimed.
 */
export async function judgeFile(
  bytes: Uint8Array,
  trust: TrustList | undefined,
  now: Date,
  signed?: Uint8Array,
): Promise<FileVerdict> {
  const evidence = evidenceOf(trust, now);
  const isTooLarge = bytes.length > LARGEST || (signed?.length ?? 0) > LARGEST;
  const kind = isTooLarge && !begins(bytes, "%PDF-") ? "unknown" : kindOf(bytes);
  const { checks, signatures } = isTooLarge ? left("size", evidence) : await judgeKind(kind, bytes, evidence, signed);
  const all = [...checks, ...freshness(trust, signatures, evidence)];
  if (signatures.length > 0) (["registry", "revocation"] as const).forEach((one) => evidence.needs.add(one));
  if (signatures.length > 0 && (trust?.rules.length ?? 0) > 0) evidence.needs.add("policy");
  return { kind, outcome: worst([...all, ...signatures]), checks: all, signatures, needsServer: [...evidence.needs].sort() };
}

interface Judged {
  readonly checks: readonly Check[];
  readonly signatures: readonly FileSignature[];
}

async function judgeKind(kind: FileKind, octets: Uint8Array, evidence: Evidence, signed?: Uint8Array): Promise<Judged> {
  const content = signed === undefined ? undefined : new Content([signed]);
  switch (kind) {
    case "pdf": {
      const judged = await judgeDocument(octets, evidence);
      const none = finding("SIGNED_DATA_NOT_FOUND", "the document bears no signature");
      const isEmpty = judged.signatures.length === 0 && judged.checks.length === 0;
      return isEmpty ? { ...judged, checks: [checked("format", "file.signatures", none)] } : judged;
    }
    case "seal":
      return alone(await judgeSeal(octets, evidence));
    case "seal_signature":
      return alone(await judgeSealSignature(octets, evidence, content));
    case "cms":
      return alone(...(await judgeMessage(octets, evidence, { content })).map((one) => one.report));
    case "ofd":
      return left("ofd", evidence);
    case "unknown":
      return left("structure", evidence);
  }
}

/** What is left to the server as a whole. */
function left(need: Need, evidence: Evidence): Judged {
  evidence.needs.add(need);
  return { checks: [open("format", "file.format", "the server judges such files")], signatures: [] };
}

function alone(...reports: readonly Report[]): Judged {
  const signatures = reports.map((report) => ({
    field: "",
    signer: "",
    ...report,
    outcome: worst(report.checks),
    coversWholeFile: true,
  }));
  return { checks: [], signatures };
}

/** After its next update a trust list is shown, and nothing is trusted because of it (docs/trust-list.md). */
function freshness(trust: TrustList | undefined, signatures: readonly FileSignature[], evidence: Evidence): Check[] {
  if (trust === undefined || signatures.length === 0) return [];
  const isFresh = trust.outcome === "passed" && evidence.now <= trust.nextUpdate;
  if (!isFresh) evidence.needs.add("trust_list");
  const late = finding("TRY_LATER", "a newer trust list was due");
  return [checked("trust", "trust_list.next_update", isFresh ? undefined : late)];
}
