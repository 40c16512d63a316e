// What there is of subjects, in the order in which people look for it, and what can be told of a number at the field.
// The service decides: what is checked here spares a round.
import type { components, paths } from "../../api/schema";

type Schemas = components["schemas"];
export type Subject = Schemas["SubjectView"];
export type SubjectKind = Subject["kind"];
export type SubjectState = Schemas["SubjectState"];
export type DocumentKind = Schemas["DocumentKind"];
export type DocumentBody = Schemas["DocumentBody"];
export type KnownDocument = Schemas["DocumentView"];
export type Source = Schemas["Source"];
export type EvidenceKind = Schemas["EvidenceGiven"]["kind"];
/** By its route: other areas have changes of their own. */
export type Change =
  paths["/v1/subjects/{subject}/history"]["get"]["responses"][200]["content"]["application/json"][number];
export type ChangeKind = Change["kind"];
export type Cause = Schemas["Cause"];
export type Purpose = Schemas["Purpose"];
export type DataField = Schemas["DataField"];

const EVERY_STATE: Record<SubjectState, true> = {
  registered: true,
  active: true,
  frozen: true,
  closed: true,
  merged: true,
  erased: true,
};
const EVERY_DOCUMENT: Record<DocumentKind, true> = {
  resident_identity_card: true,
  residence_permit: true,
  permanent_resident_card: true,
  travel_permit_hong_kong_macao: true,
  travel_permit_taiwan: true,
  passport: true,
};
const EVERY_EVIDENCE: Record<EvidenceKind, true> = {
  document_copy: true,
  face_picture: true,
  application: true,
  registration_copy: true,
  letter_of_authority: true,
  provider_answer: true,
};

/** Every state: the types tell where one is missing. */
export const STATES = Object.keys(EVERY_STATE) as SubjectState[];
export const DOCUMENTS = Object.keys(EVERY_DOCUMENT) as DocumentKind[];
export const EVIDENCE = (Object.keys(EVERY_EVIDENCE) as EvidenceKind[]).filter((one) => one !== "provider_answer");

/** What an officer can have looked at, by the kind of the subject. */
export const SOURCES: Record<SubjectKind, readonly Source[]> = {
  person: ["document_seen", "document_chip", "face_in_person", "name_and_number", "phone", "bank"],
  organisation: ["registration_seen", "representative_present", "register_matched"],
};

/** By what a subject ends, by its kind. */
export const CAUSES: Record<SubjectKind, readonly Cause[]> = {
  person: ["death", "declared_dead"],
  organisation: ["dissolution", "bankruptcy", "absorption", "revocation"],
};

/** Return the kind of a subject by its identifier. */
export function kindOf(id: string): SubjectKind {
  return id.startsWith("P") ? "person" : "organisation";
}

/** Return the level that a check at the counter reaches (docs/proofing.md). */
export function reached(kind: SubjectKind, sources: readonly Source[]): number {
  const has = (one: Source): boolean => sources.includes(one);
  if (kind === "organisation") {
    if (!has("registration_seen")) return has("register_matched") ? 1 : 0;
    if (has("representative_present")) return 3;
    return has("register_matched") ? 2 : 0;
  }
  const document = has("document_seen") || has("document_chip");
  if (document && has("face_in_person")) return 3;
  if (document && sources.length >= 3) return 2;
  return has("name_and_number") && has("phone") ? 1 : 0;
}

const CITIZEN_CHECKS = "10X98765432";
const CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** Return what is wrong with a number of GB 11643, by the name of its words; nothing where it may be one. */
export function citizenFault(text: string): "required" | "citizen_form" | "citizen_birth" | "citizen_check" | undefined {
  const number = text.trim().toUpperCase();
  if (!number) return "required";
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return "citizen_form";
  const [year, month, date] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, date ?? 0));
  if (born.getUTCMonth() + 1 !== month || born.getUTCDate() !== date || born.getTime() > Date.now()) return "citizen_birth";
  const sum = [...number.slice(0, 17)].reduce((total, digit, place) => total + Number(digit) * (2 ** (17 - place) % 11), 0);
  return CITIZEN_CHECKS[sum % 11] === number[17] ? undefined : "citizen_check";
}

/** Return what is wrong with a unified social credit code (GB 32100), by the name of its words. */
export function creditFault(text: string): "required" | "credit_form" | "credit_check" | undefined {
  const code = text.trim().toUpperCase();
  if (!code) return "required";
  const places = [...code].map((one) => CREDIT_ALPHABET.indexOf(one));
  if (code.length !== 18 || places.includes(-1) || !/^[0-9]{6}$/.test(code.slice(2, 8))) return "credit_form";
  let weight = 1;
  let total = 0;
  for (const place of places.slice(0, 17)) {
    total += place * weight;
    weight = (weight * 3) % 31;
  }
  return (31 - (total % 31)) % 31 === places[17] ? undefined : "credit_check";
}
