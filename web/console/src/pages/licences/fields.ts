// The fields of a licence's data, as the schema of its type tells them (docs/licence-types.md), and what is wrong with
// a value. The service looks again, at each value and at what only it knows.
import { called, type Called } from "../../called";
import { calendarDay } from "../../time";
import { useI18n } from "@/speech";

const { t } = useI18n();

export type Row = Record<string, string>;
export type Value = string | Row[];
export type Data = Record<string, Value>;

export interface Choice extends Called {
  value: string;
}

export interface Field extends Called {
  name: string;
  note: string;
  kind: "text" | "date" | "decimal" | "choice" | "picture" | "rows";
  required: boolean;
  /** What of its holder it is: then it comes from the registry. */
  holder: string;
  least: number;
  most: number;
  pattern: RegExp | null;
  fixed: string | null;
  decimals: number;
  minimum: string | null;
  maximum: string | null;
  unit: Called;
  choices: Choice[];
  columns: Field[];
}

/** What is wrong with a value: the key of the words, and what they say. */
export interface Fault {
  rule: string;
  told?: Record<string, string | number>;
}

type Rule = Record<string, unknown>;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function label(value: unknown): Called {
  const told = (value ?? {}) as Rule;
  return { zh: text(told.zh), en: text(told.en) };
}

/** Return the pattern of a field, or null where a browser reads it otherwise than the service. */
function patternOf(told: unknown): RegExp | null {
  try {
    return typeof told === "string" ? new RegExp(told, "u") : null;
  } catch {
    return null;
  }
}

function kindOf(rule: Rule): Field["kind"] {
  if (rule.type === "array") return "rows";
  if (Array.isArray(rule.enum)) return "choice";
  if (rule.format === "picture" || rule.format === "date" || rule.format === "decimal") return rule.format;
  return "text";
}

function fieldOf(name: string, rule: Rule, required: boolean): Field {
  const labels = (rule["x-labels"] ?? {}) as Rule;
  const isRows = rule.type === "array";
  return {
    name,
    zh: text(rule.title) || name,
    en: text(rule["x-title-en"]),
    note: text(rule.description),
    kind: kindOf(rule),
    required,
    holder: text(rule["x-holder"]),
    least: Number((isRows ? rule.minItems : rule.minLength) ?? 0),
    most: Number((isRows ? rule.maxItems : rule.maxLength) ?? 0),
    pattern: patternOf(rule.pattern),
    fixed: typeof rule.const === "string" ? rule.const : null,
    decimals: Number(rule["x-decimals"] ?? 0),
    minimum: typeof rule["x-minimum"] === "string" ? rule["x-minimum"] : null,
    maximum: typeof rule["x-maximum"] === "string" ? rule["x-maximum"] : null,
    unit: label(rule["x-unit"]),
    choices: (Array.isArray(rule.enum) ? rule.enum : []).map((value) => {
      const { zh, en } = label(labels[String(value)]);
      return { value: String(value), zh: zh || String(value), en };
    }),
    columns: isRows ? fieldsOf((rule.items ?? {}) as Rule) : [],
  };
}

/** Return the fields of a schema, in its order. */
export function fieldsOf(schema: Rule): Field[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = (schema.properties ?? {}) as Record<string, Rule>;
  return Object.entries(properties).map(([name, rule]) => fieldOf(name, rule, required.includes(name)));
}

/** Return the data of an empty form, or of one that begins with what stands already. */
export function emptyData(fields: Field[], from: Record<string, unknown> = {}): Data {
  return Object.fromEntries(
    fields.filter((one) => !one.holder).map((one) => [one.name, (from[one.name] as Value) ?? blank(one)]),
  );
}

function blank(field: Field): Value {
  if (field.kind === "rows") return Array.from({ length: field.least }, () => emptyRow(field));
  return field.fixed ?? "";
}

/** Return a row with nothing in it. */
export function emptyRow(field: Field): Row {
  return Object.fromEntries(field.columns.map((one) => [one.name, one.fixed ?? ""]));
}

/** Return what is sent: a field that is empty and need not be there is left out. */
export function given(fields: Field[], data: Data): Data {
  const kept = fields.filter((one) => !one.holder && (one.required || (data[one.name] ?? "").length > 0));
  return Object.fromEntries(kept.map((one) => [one.name, data[one.name] ?? blank(one)]));
}

const DATE = /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** Return what is wrong with a line of text, or undefined. */
export function faultOf(field: Field, value: string): Fault | undefined {
  const length = [...value].length;
  if (value === "") {
    return field.required && (field.least > 0 || ["choice", "picture"].includes(field.kind)) ? { rule: "required" } : undefined;
  }
  if (field.kind === "choice") return field.choices.some((one) => one.value === value) ? undefined : { rule: "enum" };
  if (field.kind === "date") return DATE.test(value) ? undefined : { rule: "date" };
  if (length < field.least) return { rule: "minLength", told: { least: field.least } };
  if (field.most && length > field.most) return { rule: "maxLength", told: { most: field.most } };
  if (field.kind === "decimal") return decimalFault(field, value);
  if (field.pattern && !field.pattern.test(value)) return { rule: "pattern" };
  return undefined;
}

function decimalFault(field: Field, value: string): Fault | undefined {
  const found = DECIMAL.exec(value);
  if (!found) return { rule: "decimal" };
  if ((found[1] ?? "").length > field.decimals) return { rule: "decimals", told: { most: field.decimals } };
  if (field.minimum !== null && Number(value) < Number(field.minimum)) {
    return { rule: "x-minimum", told: { least: field.minimum } };
  }
  if (field.maximum !== null && Number(value) > Number(field.maximum)) {
    return { rule: "x-maximum", told: { most: field.maximum } };
  }
  return undefined;
}

/** Return what is wrong with data, by the place of each value, as the service names places. */
export function faultsOf(fields: Field[], data: Data): Record<string, Fault> {
  const found: Record<string, Fault> = {};
  for (const field of fields.filter((one) => !one.holder)) {
    const value = data[field.name] ?? blank(field);
    if (typeof value === "string") {
      const fault = faultOf(field, value);
      if (fault) found[field.name] = fault;
      continue;
    }
    if (value.length < field.least) found[field.name] = { rule: "minItems", told: { least: field.least } };
    if (value.length > field.most) found[field.name] = { rule: "maxItems", told: { most: field.most } };
    value.forEach((row, place) => {
      for (const column of field.columns) {
        const fault = faultOf(column, row[column.name] ?? "");
        if (fault) found[`${field.name}[${place}].${column.name}`] = fault;
      }
    });
  }
  return found;
}

/** Return which field a problem of the service is about, and what is wrong with it. */
export function faultTold(details: { code: string; details?: unknown }): [string, Fault] | undefined {
  const told = (details.details ?? {}) as Record<string, unknown>;
  const place = text(told.field);
  switch (details.code) {
    case "licence.data_invalid":
      return [place, { rule: text(told.rule) }];
    case "text.character_not_covered":
    case "text.private_use_character":
      return [place, { rule: "glyph", told: { character: text(told.character), point: text(told.code_point) } }];
    case "licence.value_does_not_fit":
      return [place, { rule: "does_not_fit" }];
    case "licence.picture_missing":
    case "licence.picture_unfit":
      return [place, { rule: "picture" }];
    default:
      return undefined;
  }
}

/** What a row of a table says beside the fields of its type, with the words for it. */
const OWN: Record<string, string> = {
  holder_code: "licences.holder_code",
  holder_name: "licences.holder",
  number: "licences.number",
  last_day: "licences.last_day",
};

/** Return what that is called of which a place is told, such as `rows[2].name`; the place itself where nothing is. */
export function calledIn(fields: Field[], place: string): string {
  const found = fields.find((one) => one.name === place.replace(/\[.*/, ""));
  if (found) return called(found);
  return OWN[place] ? t(OWN[place]) : place;
}

/** Return a value of a field as it is read: of a choice what it stands for, a day as days are written, and its unit. */
export function readable(field: Field, value: unknown): string {
  if (typeof value !== "string" || value === "") return "—";
  const choice = field.choices.find((one) => one.value === value);
  if (choice) return called(choice);
  if (field.kind === "date") return calendarDay(value);
  return field.unit.zh ? `${value} ${called(field.unit)}` : value;
}
