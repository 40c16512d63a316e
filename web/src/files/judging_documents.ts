/** Judging a PDF: every signature in it, whatever its form, and what the file shows around them. */
import type { Check } from "../claim.js";
import { Malformed } from "../octets.js";
import { Content } from "./content.js";
import { type Existence, existenceOf, judgeMessage } from "./judging_messages.js";
import { judgeSealSignature } from "./judging_seals.js";
import { type Brought, type Evidence, breathe, certificateOf, joined, listOf, revokedIn } from "./material.js";
import { type Change, changesAfter } from "./pdf_changes.js";
import { Encrypted, PDFFile } from "./pdf_file.js";
import { type SignedField, countRanges, rootOf, signedFields } from "./pdf_signatures.js";
import { Stream } from "./pdf_syntax.js";
import { readSealSignature } from "./seals.js";
import { judgeTimeStamp } from "./time_stamps.js";
import { type FileSignature, type Report, checked, finding, open, worst } from "./verdict.js";

const SEAL = "GM.sm2seal";
const MOST_MEMBERS = 200;
const LARGEST_MEMBER = 8 << 20;

export interface JudgedDocument {
  readonly checks: readonly Check[];
  readonly signatures: readonly FileSignature[];
}

interface Judged {
  readonly field: SignedField;
  readonly change: Change;
  readonly report: Report;
}

export async function judgeDocument(octets: Uint8Array, evidence: Evidence): Promise<JudgedDocument> {
  let file: PDFFile;
  let fields: readonly SignedField[];
  try {
    file = await PDFFile.open(octets);
    fields = signedFields(file);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    evidence.needs.add(error instanceof Encrypted ? "password" : "structure");
    return { checks: [open("format", "file.format", error.message)], signatures: [] };
  }
  const checks: Check[] = [];
  if (countRanges(octets) !== fields.length) {
    evidence.needs.add("structure");
    checks.push(open("format", "file.format", "the file holds more or other signatures than its fields show"));
  }
  const known = joined(evidence, await storeOf(file));
  const changes = new Map(fields.map((field) => [field, changesAfter(file, field, fields)]));
  const judge = async (field: SignedField, existence: Existence): Promise<Judged[]> => {
    await breathe();
    const change = changes.get(field) ?? "unknown";
    const structure = checkStructure(field, change, fields, evidence);
    const reports = field.less === undefined ? await judgeField(field, known, existence) : [unread(field)];
    return reports.map((report) => ({ field, change, report: { ...report, checks: [...structure, ...report.checks] } }));
  };
  const stamps: Judged[] = [];
  // The latest comes first: it proves when those were there that it covers.
  const ofTime = fields.filter((one) => one.isTimeStamp).sort((one, other) => other.end - one.end);
  for (const field of ofTime) stamps.push(...(await judge(field, existenceIn(stamps, field))));
  const found: Judged[] = [];
  for (const field of fields) {
    const ofField = stamps.filter((one) => one.field === field);
    found.push(...(ofField.length > 0 ? ofField : await judge(field, existenceIn(stamps, field))));
  }
  return { checks, signatures: found.map(asSignature) };
}

/** When a signature was there at the latest, as time-stamps over the document prove it that cover it. */
function existenceIn(stamps: readonly Judged[], field: SignedField): Existence {
  const after = stamps.filter((one) => field.end <= one.field.gap).map((one) => one.report);
  return existenceOf(after.filter((one) => worst(one.checks) !== "failed"));
}

function asSignature({ field, change, report }: Judged): FileSignature {
  const { kind, checks, signer = "", sealName, claimedTime, provenTime } = report;
  return {
    field: field.name,
    kind,
    outcome: worst(checks),
    signer,
    ...(sealName === undefined ? {} : { sealName }),
    ...(claimedTime === undefined ? {} : { claimedTime }),
    ...(provenTime === undefined ? {} : { provenTime }),
    coversWholeFile: change === "none" && field.less === undefined,
    checks,
  };
}

/** Checks what a signature covers, and what was changed after it, under the strictest rule in force. */
function checkStructure(field: SignedField, change: Change, fields: readonly SignedField[], evidence: Evidence): Check[] {
  const less = field.less === undefined ? undefined : finding("FORMAT_FAILURE", field.less);
  const coverage = checked("pdf", "pdf.coverage", less);
  if (less !== undefined) return [coverage];
  if (change === "unknown") {
    evidence.needs.add("changes");
    return [coverage, open("pdf", "pdf.changes", "what was added after this signature is compared by the server")];
  }
  if (change === "appended") {
    const appended = finding("HASH_FAILURE", "something was appended that belongs to no revision");
    return [coverage, checked("pdf", "pdf.changes", appended)];
  }
  const rules = fields.flatMap((one) => (one.permission !== undefined && one.end <= field.end ? [one.permission] : []));
  if (change === "form_filling" && Math.min(2, ...rules) < 2) {
    const added = finding("HASH_FAILURE", "signatures were added, and the signer permits nothing");
    return [coverage, checked("pdf", "pdf.changes", added)];
  }
  return [coverage, checked("pdf", "pdf.changes")];
}

/** What a signature that covers less than it should says of itself is not judged: it is not about this document. */
function unread(field: SignedField): Report {
  return { kind: field.isTimeStamp ? "time_stamp" : "cms", checks: [] };
}

/** Judges the value of one signed field by its form; a message may carry a seal signature over the same octets. */
async function judgeField(field: SignedField, evidence: Evidence, existence: Existence): Promise<Report[]> {
  const content = new Content(field.parts);
  const { contents, claimedTime } = field;
  if (field.isTimeStamp) return [await judgeTimeStamp(contents, content, evidence, existence.at)];
  if (field.subfilter === SEAL || isSealSignature(contents)) {
    return [await judgeSealSignature(contents, evidence, content, existence)];
  }
  const found: Report[] = [];
  for (const { report, carried } of await judgeMessage(contents, evidence, { content, claimedTime, existence })) {
    found.push(report);
    if (carried !== undefined) found.push(await judgeSealSignature(carried, evidence, content, existence));
  }
  return found;
}

function isSealSignature(contents: Uint8Array): boolean {
  try {
    readSealSignature(contents);
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** What the document security store brings along. It is material: anybody can put it there. */
async function storeOf(file: PDFFile): Promise<Brought> {
  const { last } = file;
  const store = file.dictionary(rootOf(file, last).get("DSS"), last);
  const all = async <Kind>(key: string, read: (octets: Uint8Array) => Kind): Promise<Kind[]> => {
    const found: Kind[] = [];
    for (const one of file.array(store?.get(key), last).slice(0, MOST_MEMBERS)) {
      try {
        const stream = file.follow(one, last);
        if (stream instanceof Stream) found.push(read(await file.content(stream, last, LARGEST_MEMBER)));
      } catch (error) {
        if (!(error instanceof Malformed)) throw error; // what cannot be read is passed over
      }
    }
    return found;
  };
  return {
    certificates: await all("Certs", certificateOf),
    lists: await all("CRLs", listOf),
    doubted: (await all("OCSPs", revokedIn)).flat(),
  };
}
