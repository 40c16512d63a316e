// What is called by a Chinese and an English name, and several names in one line: in the language that is spoken.
import { useI18n } from "./speech";

/** A Chinese name, and an English one where there is one. */
export interface Called {
  zh: string;
  en: string;
}

const { locale } = useI18n();

/** Return what something is called here. */
export function called({ zh, en }: Called): string {
  return (locale.value === "en" && en) || zh;
}

/** Return names one after the other. */
export function listed(names: readonly string[]): string {
  return names.join(locale.value === "en" ? ", " : "、");
}
