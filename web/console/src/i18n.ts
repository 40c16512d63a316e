// The words in the language that is spoken. Chinese says which words there are; English must have the same, or the
// types do not fit. The first view comes with the words of the frame and of home; the others follow it.
import type { Language as ElementWords } from "element-plus/es/locale";
import { shallowRef } from "vue";

import { keep, language, type Language } from "./language";
import { sayWith, useI18n } from "./speech";

export type { Language } from "./language";

type Source<Words> = Record<Language, () => Promise<{ default: Words }>>;

const FIRST: Source<object> = {
  "zh-CN": () => import("virtual:first-words/zh"),
  en: () => import("virtual:first-words/en"),
};
const ALL: Source<object> = { "zh-CN": () => import("./words/zh"), en: () => import("./words/en") };
const ELEMENT: Source<ElementWords> = {
  "zh-CN": () => import("element-plus/es/locale/lang/zh-cn"),
  en: () => import("element-plus/es/locale/lang/en"),
};

/** What Element Plus says in its parts. */
export const elementWords = shallowRef<ElementWords>();

/** What speaks, where no component asks for it. */
export const i18n = { global: useI18n() };

let whole: Promise<void> | undefined;

/** Load what the first view says. */
export async function loadFirstWords(): Promise<void> {
  const one = language.value;
  const [words, element] = await Promise.all([FIRST[one](), ELEMENT[one]()]);
  elementWords.value = element.default;
  sayWith(words.default, { one, isWhole: false });
}

/** Load everything that is said here, once. */
export function loadWords(): Promise<void> {
  whole ??= speak(language.value, () => undefined);
  return whole;
}

/** Speak a language from now on. */
export async function speak(one: Language, remember: (one: Language) => void = keep): Promise<void> {
  const [words, element] = await Promise.all([ALL[one](), ELEMENT[one]()]);
  elementWords.value = element.default;
  sayWith(words.default, { one, isWhole: true });
  remember(one);
}
