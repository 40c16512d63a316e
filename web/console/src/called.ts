// What is called by a Chinese and an English name, and several names in one line: in the language that is spoken.
import { useI18n } from "./speech";

/** A Chinese name, and an English one where there is one. */
export interface Called {
  zh: string;
  en: string;
}

/** The names of types and seals by their identifiers, as an answer brings them along. */
interface Naming {
  names: Record<string, string>;
  names_en: Record<string, string>;
}

const { locale } = useI18n();

/** Return what something is called here. */
export function called({ zh, en }: { zh: string; en: string | null }): string {
  return (locale.value === "en" && en) || zh;
}

/** Return what a licence type is called here. */
export function typeWord(type: { name: string; name_en: string | null }): string {
  return called({ zh: type.name, en: type.name_en });
}

/** Return what the type of a licence is called here. */
export function licenceWord(licence: { type_name: string; type_name_en: string | null }): string {
  return called({ zh: licence.type_name, en: licence.type_name_en });
}

/** Return what a type or a seal is called here that an answer names; its identifier where nothing is told of it. */
export function wordFor(id: string, { names, names_en: english }: Naming): string {
  return called({ zh: names[id] ?? id, en: english[id] ?? null });
}

/** Return a name with the code behind it. */
export function withCode(name: string, code: string): string {
  return locale.value === "en" ? `${name} (${code})` : `${name}（${code}）`;
}

/** Return what is about something, such as a step of a ceremony. */
export function about(said: string, what: string): string {
  return locale.value === "en" ? `${said}: ${what}` : `${said}：${what}`;
}

/** Return names one after the other. */
export function listed(names: readonly string[]): string {
  return names.join(locale.value === "en" ? ", " : "、");
}
