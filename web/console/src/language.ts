// Which language is spoken here: the one that was chosen in this browser, or came along from the login page, or else
// that of the browser. It stands apart from the words, so that what only asks the service needs none of them.
import { ref } from "vue";

export type Language = "zh-CN" | "en";

const KEPT = "xinyin-language";

function chosen(): Language {
  const address = new URL(location.href);
  const told = address.searchParams.get("lang"); // the login page says in which language it was read
  if (told !== null) {
    address.searchParams.delete("lang");
    history.replaceState(history.state, "", address);
  }
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh-CN" || kept === "en") return kept;
  if (told === "zh" || told === "en") {
    const one = told === "zh" ? "zh-CN" : "en";
    localStorage.setItem(KEPT, one); // else the next page that is loaded would speak that of the browser
    return one;
  }
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export const language = ref<Language>(chosen());

/** Keep a choice for the next time. */
export function keep(one: Language): void {
  language.value = one;
  localStorage.setItem(KEPT, one);
}
