// A licence type as it is drafted: what type.json and schema.json hold (docs/licence-types.md), in the form of a form.
import type { components } from "../../api/schema";
import type { Called } from "../../called";

export type TypeDetails = components["schemas"]["TypeDetails"];
export type TypeView = components["schemas"]["TypeView"];
export type ReadyType = components["schemas"]["ReadyTypeView"];
export type TypeState = components["schemas"]["TypeState"];
export type TypeDraft = components["schemas"]["TypeDraft"];

export const STATES: readonly TypeState[] = ["draft", "returned", "reviewed", "published", "retired"];
export const HOLDERS = ["natural_person", "legal_person", "other_organisation"] as const;
export const LEVELS = ["national", "province", "city", "county", "township", "other"] as const;
export const RULES = ["lasting", "until", "as_recorded", "no_end"] as const;
export const UNITS = ["days", "months", "years"] as const;
export const MODES = ["two_fields", "one_field"] as const;
export const SIGNATURE_LEVELS = ["B-B", "B-T", "B-LT", "B-LTA"] as const;
export const OUTAGES = ["degrade", "refuse"] as const;
export const EVENTS = [
  "suspend",
  "restore",
  "change",
  "renew",
  "replace",
  "correct",
  "revoke",
  "withdraw",
  "cancel",
] as const;
export const KINDS = ["text", "date", "number", "choice", "picture", "rows"] as const;

export type Kind = (typeof KINDS)[number];
export type Json = Record<string, unknown>;
type Words = Partial<Record<"zh" | "en", string>>;

/** A field of the data: its name, its rule as the schema has it, and whether it must be given. */
export interface FieldDraft {
  /** Tells rows of the table apart while names are being typed. */
  key: number;
  name: string;
  required: boolean;
  rule: FieldRule;
}

export interface FieldRule extends Json {
  type?: string;
  format?: string;
  title?: string;
  "x-title-en"?: string;
  description?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  enum?: string[];
  "x-labels"?: Record<string, Words>;
  "x-decimals"?: number;
  "x-minimum"?: string;
  "x-maximum"?: string;
  "x-unit"?: Words;
  "x-aspect"?: number[];
  "x-least-width"?: number;
  "x-holder"?: "name" | "code";
  "x-metadata"?: string;
  "x-vertical"?: boolean;
  minItems?: number;
  maxItems?: number;
  items?: Json;
}

export interface Draft {
  issuer: string;
  issuing: { authority: string; seal: string }[];
  template: string;
  code: string;
  name: string;
  name_en: string;
  defined_name: string;
  defined_level: (typeof LEVELS)[number];
  item_name: string;
  item_code: string;
  holders: string[];
  issuing_level: (typeof LEVELS)[number];
  issuing_bodies: string;
  rule: (typeof RULES)[number];
  count: number;
  unit: (typeof UNITS)[number];
  /** `issue`, or the name of a date field. */
  from: string;
  day: string;
  open_end: boolean;
  validity_note: string;
  mode: (typeof MODES)[number];
  level: (typeof SIGNATURE_LEVELS)[number];
  outage: (typeof OUTAGES)[number];
  four_eyes: string[];
  number_rule: "given" | "made";
  number_form: string;
  fields: FieldDraft[];
}

const FORM = "xinyin/licence-type/1";
let keys = 0;

export function newField(): FieldDraft {
  return { key: ++keys, name: "", required: false, rule: { type: "string", title: "", maxLength: 60 } };
}

/** Return the fields of a schema, or of the rows in it. */
export function fieldsOf(schema: Json): FieldDraft[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties as Record<string, FieldRule> | undefined) ?? {}).map(([name, rule]) => ({
    key: ++keys,
    name,
    required: required.has(name),
    rule: JSON.parse(JSON.stringify(rule)) as FieldRule,
  }));
}

/** Return what a field is called: by its name where it has no title. */
export function titleOf({ name, rule }: Pick<FieldDraft, "name" | "rule">): Called {
  return { zh: rule.title || name, en: rule["x-title-en"] ?? "" };
}

/** Return the schema of some fields. */
export function schemaOf(fields: readonly FieldDraft[]): Json {
  return {
    type: "object",
    additionalProperties: false,
    required: fields.filter((one) => one.required).map((one) => one.name),
    properties: Object.fromEntries(fields.map((one) => [one.name, one.rule])),
  };
}

/** Return what kind of field a rule makes. */
export function kindOf(rule: FieldRule): Kind {
  if (rule.type === "array") return "rows";
  if (rule.enum) return "choice";
  switch (rule.format) {
    case "date":
      return "date";
    case "decimal":
      return "number";
    case "picture":
      return "picture";
    default:
      return "text";
  }
}

/** Return a rule of another kind that keeps what every kind has. */
export function ruleOf(kind: Kind, before: FieldRule): FieldRule {
  const { title, "x-title-en": english, description, "x-metadata": metadata } = before;
  const kept: FieldRule = {
    title,
    ...(english && { "x-title-en": english }),
    ...(description && { description }),
    ...(metadata && kind !== "rows" && kind !== "picture" && { "x-metadata": metadata }),
  };
  switch (kind) {
    case "text":
      return { type: "string", ...kept, maxLength: 60 };
    case "date":
      return { type: "string", format: "date", ...kept, maxLength: 10 };
    case "number":
      return { type: "string", format: "decimal", ...kept, maxLength: 12 };
    case "choice":
      return { type: "string", ...kept, enum: ["1"], "x-labels": { 1: { zh: "" } } };
    case "picture":
      return { type: "string", format: "picture", ...kept };
    case "rows":
      return { type: "array", ...kept, maxItems: 20, items: schemaOf([]) };
  }
}

/** Return a draft of what a version says. */
export function draftOf(told: {
  type: Json;
  data_schema: Json;
  template: string;
  issuer: string;
  issuing: readonly { [name: string]: string | null }[];
}): Draft {
  const type = told.type as Record<string, never>;
  const validity = (type["validity"] ?? {}) as Record<string, never>;
  const signature = (type["signature"] ?? {}) as Record<string, never>;
  const number = (type["number"] ?? {}) as Record<string, never>;
  const defined = (type["defined_by"] ?? {}) as Record<string, never>;
  const item = (type["item"] ?? {}) as Record<string, never>;
  return {
    issuer: told.issuer,
    issuing: told.issuing.map((one) => ({ authority: one.authority ?? "", seal: one.seal ?? "" })),
    template: told.template,
    code: type["code"] ?? "",
    name: type["name"] ?? "",
    name_en: type["name_en"] ?? "",
    defined_name: defined["name"] ?? "",
    defined_level: defined["level"] ?? "national",
    item_name: item["name"] ?? "",
    item_code: item["code"] ?? "",
    holders: [...((type["holders"] as string[] | undefined) ?? [])],
    issuing_level: type["issuing_level"] ?? "other",
    issuing_bodies: type["issuing_bodies"] ?? "",
    rule: validity["rule"] ?? "as_recorded",
    count: validity["count"] ?? 5,
    unit: validity["unit"] ?? "years",
    from: validity["from"] ?? "issue",
    day: validity["day"] ?? "",
    open_end: validity["open_end"] ?? true,
    validity_note: type["validity_note"] ?? "",
    mode: signature["mode"] ?? "two_fields",
    level: signature["level"] ?? "B-T",
    outage: signature["outage"] ?? "degrade",
    four_eyes: [...((type["four_eyes"] as string[] | undefined) ?? [])],
    number_rule: number["rule"] ?? "given",
    number_form: number["form"] ?? "",
    fields: fieldsOf(told.data_schema),
  };
}

function validityOf(draft: Draft): Json {
  switch (draft.rule) {
    case "lasting":
      return { rule: "lasting", count: draft.count, unit: draft.unit, from: draft.from };
    case "until":
      return { rule: "until", day: draft.day };
    case "as_recorded":
      return { rule: "as_recorded", open_end: draft.open_end };
    case "no_end":
      return { rule: "no_end" };
  }
}

/** Return what the service is sent. */
export function bodyOf(draft: Draft, files: Record<string, string | null>): TypeDraft {
  return {
    issuer: draft.issuer,
    issuing: draft.issuing
      .filter((one) => one.authority !== "")
      .map((one) => ({ authority: one.authority, seal: one.seal || null })),
    template: draft.template,
    template_files: files,
    type: {
      form: FORM,
      code: draft.code.trim(),
      name: draft.name.trim(),
      name_en: draft.name_en.trim(),
      defined_by: draft.defined_name.trim() ? { name: draft.defined_name.trim(), level: draft.defined_level } : null,
      item: draft.item_name.trim() ? { name: draft.item_name.trim(), code: draft.item_code.trim() } : null,
      holders: draft.holders,
      issuing_level: draft.issuing_level,
      issuing_bodies: draft.issuing_bodies.trim(),
      validity: validityOf(draft),
      validity_note: draft.validity_note.trim(),
      signature: { mode: draft.mode, level: draft.level, outage: draft.outage },
      four_eyes: draft.four_eyes,
      number: draft.number_rule === "made" ? { rule: "made", form: draft.number_form } : { rule: "given" },
    },
    data_schema: schemaOf(draft.fields),
  };
}
