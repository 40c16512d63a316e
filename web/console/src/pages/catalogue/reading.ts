// What stands in a type, as a person reads it.
import { i18n } from "../../i18n";
import { about, called, type Called, listed } from "../../called";
import { nameOf } from "../../names";
import { calendarDay } from "../../time";
import { type FieldDraft, type FieldRule, fieldsOf, type Json, kindOf, titleOf } from "./types";

const t = (key: string, named: Record<string, unknown> = {}): string => i18n.global.t(key, named);

/** Return the words of several values of a closed set. */
function several(words: string, values: readonly string[]): string {
  const told = values.map((one) => t(`${words}.${one}`));
  return new Intl.ListFormat(i18n.global.locale.value, { type: "conjunction" }).format(told);
}

export function templateText(template: string): string {
  return template.startsWith("sm3:")
    ? `${t("type.own_template")} ${template.slice(4, 16)}…`
    : t("type.ready_template", { name: template });
}

/** Return how long licences last; `fields` say what a date is called from which on they do. */
export function validityText(told: Json, fields: readonly FieldDraft[] = []): string {
  const rule = String(told["rule"]);
  switch (rule) {
    case "lasting": {
      const field = fields.find((one) => one.name === told["from"]);
      const otherwise = told["from"] === "issue" ? t("type_form.from_issue") : String(told["from"]);
      const from = field ? called(titleOf(field)) : otherwise;
      return `${t("type_form.starts")} ${from} · ${told["count"]} ${t(`type_form.units.${told["unit"]}`)}`;
    }
    case "until":
      return `${t("type_form.rule.until")} ${calendarDay(String(told["day"]))}`;
    case "as_recorded":
      return t("type_form.rule.as_recorded") + (told["open_end"] ? ` · ${t("type_form.open_end")}` : "");
    default:
      return t(`type_form.rule.${rule}`);
  }
}

export function signatureText(told: Json): string {
  return [
    t(`type_form.modes.${told["mode"]}`),
    `${t(`type_form.levels.${told["level"]}`)} (${told["level"]})`,
    about(t("type_form.outage"), t(`type_form.outages.${told["outage"]}`)),
  ].join(" · ");
}

export function numberText(told: Json): string {
  return told["rule"] === "made" ? `${t("type_form.made")} ${told["form"]}` : t("type_form.given");
}

export function issuingText(told: readonly { [name: string]: string | null }[]): string {
  return told
    .map((one) => `${nameOf(one.authority ?? "") ?? one.authority}: ${one.seal ?? t("type_form.any_seal")}`)
    .join("\n");
}

export function authorityText(told: Json | null): string {
  return told ? `${told["name"]} (${t(`authority_level.${told["level"]}`)})` : "—";
}

export function itemText(told: Json | null): string {
  return told ? `${told["name"]} ${told["code"]}` : "—";
}

function labelOf(told: Partial<Called> | undefined): string {
  return called({ zh: told?.zh ?? "", en: told?.en ?? "" });
}

/** Return what a field asks of its values, in one line for each rule. */
export function fieldText(rule: FieldRule & { required?: boolean }): string {
  const kind = kindOf(rule);
  const told = [t(`field.kinds.${kind}`)];
  if (rule.required) told.push(t("field.required"));
  const english = i18n.global.locale.value === "en";
  if (rule["x-title-en"]) told.push(english ? (rule.title ?? "") : rule["x-title-en"]); // what it is called otherwise
  if (kind === "text" && rule.maxLength !== undefined) told.push(`${t("field.length")} ${rule.maxLength}`);
  if (kind === "text" && rule.minLength) told.push(`${t("field.least")} ${rule.minLength}`);
  if (rule.pattern) told.push(`${t("field.pattern")} ${rule.pattern}`);
  if (rule["x-holder"]) told.push(about(t("field.holder"), t(`field.holders.${rule["x-holder"]}`)));
  if (rule["x-vertical"]) told.push(t("field.vertical"));
  if (kind === "number") told.push(`${t("field.decimals")} ${rule["x-decimals"] ?? 0}`);
  if (rule["x-minimum"] !== undefined) told.push(`≥ ${rule["x-minimum"]}`);
  if (rule["x-maximum"] !== undefined) told.push(`≤ ${rule["x-maximum"]}`);
  if (rule["x-unit"]) told.push(`${t("field.unit")} ${labelOf(rule["x-unit"])}`);
  if (rule.enum) told.push(listed(rule.enum.map((one) => `${one} ${labelOf(rule["x-labels"]?.[one])}`.trim())));
  if (rule["x-aspect"]) told.push(`${t("field.aspect")} ${rule["x-aspect"].join(":")}`);
  if (rule["x-least-width"]) told.push(`${t("field.least_width")} ${rule["x-least-width"]}`);
  if (kind === "rows") {
    told.push(`${t("field.most")} ${rule.maxItems}`);
    told.push(about(t("field.columns"), listed(fieldsOf(rule.items ?? {}).map((one) => called(titleOf(one))))));
  }
  if (rule["x-metadata"]) told.push(rule["x-metadata"]);
  if (rule.description) told.push(rule.description);
  return told.join(" · ");
}

/** Return the value of one part of a type. */
export function valueText(place: string, value: unknown): string {
  if (value === null || value === undefined) return "—";
  const told = value as Json;
  if (place.startsWith("schema.fields.")) return fieldText(told as FieldRule);
  switch (place) {
    case "validity":
      return validityText(told);
    case "signature":
      return signatureText(told);
    case "number":
      return numberText(told);
    case "defined_by":
      return authorityText(told);
    case "item":
      return itemText(told);
    case "issuing":
      return issuingText(value as { [name: string]: string | null }[]);
    case "template":
      return templateText(String(value));
    case "holders":
      return several("holder_category", value as string[]);
    case "four_eyes":
      return several("licence_event", value as string[]);
    case "issuing_level":
      return t(`authority_level.${value as string}`);
    case "schema.order":
      return listed(value as string[]);
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}
