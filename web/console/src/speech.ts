// What is said here, in the language that is spoken: words by their keys, with what stands in braces put in.
//
// A key that is not known stands as it is, so that it is noticed; while words are still on their way, nothing does.
import { reactive, ref } from "vue";

import { language, type Language } from "./language";

/** What is put in where a word has it in braces. */
export type Named = Record<string, unknown>;

const said = reactive<{ words: Record<string, unknown>; isWhole: boolean }>({ words: {}, isWhole: false });
const PLACES = /\{'([^']*)'\}|\{(\w+)\}/g;

const locale = ref<Language>(language.value);

function found(key: string): string | undefined {
  let here: unknown = said.words;
  for (const part of key.split(".")) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string, unknown>)[part];
  }
  return typeof here === "string" ? here : undefined;
}

/** Tell whether there is a word with this key. */
function te(key: string): boolean {
  return found(key) !== undefined;
}

/** Return the word with this key. */
function t(key: string, named: Named = {}): string {
  const word = found(key);
  if (word === undefined) return said.isWhole ? key : "";
  return word.replace(PLACES, (whole: string, literal: string | undefined, name: string | undefined) =>
    literal ?? (name !== undefined && name in named ? String(named[name]) : whole),
  );
}

/** Return a number as it is written in the language that is spoken. */
function n(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value);
}

const speech = { locale, t, te, n };

/** Return what speaks. */
export function useI18n(): typeof speech {
  return speech;
}

/** Speak with these words from now on. */
export function sayWith(words: object, { one, isWhole }: { one: Language; isWhole: boolean }): void {
  said.words = words as Record<string, unknown>;
  said.isWhole = isWhole;
  locale.value = one;
  document.documentElement.lang = one;
}
