// The two languages. Chinese says which words there are; English must have the same, or the types do not fit.
import en from "./words/en";
import zh from "./words/zh";
import { createI18n } from "vue-i18n";

export type Language = "zh-CN" | "en";

const KEPT = "xinyin-language";

/** Return the language that was chosen here, else that of the browser. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export const i18n = createI18n({
  legacy: false,
  locale: preferred(),
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": zh, en },
});

/** Speak another language from now on. */
export function speak(language: Language): void {
  i18n.global.locale.value = language;
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
}

document.documentElement.lang = i18n.global.locale.value;
