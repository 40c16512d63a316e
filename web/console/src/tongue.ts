// Marks what is Chinese on an English page, so that it is read out as Chinese: names of the registry, and what people
// have written, which are as they are in either language. It watches the page, since names stand everywhere on it.
import { watch } from "vue";

import { useI18n } from "./speech";

const HAN = /\p{Script=Han}/gu;
const LATIN = /[A-Za-z]/g;
const CHINESE = "zh-CN";
const ENGLISH = "en";

/** The elements that were marked here: those that tell their language themselves are left alone. */
const marked = new WeakSet<Element>();
const observer = new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    judge(target instanceof Element ? target : target.parentElement);
    for (const one of addedNodes) if (one instanceof Element) judgeAll(one);
  }
});

/** Return the language of what an element says itself: Chinese where there is more of it; none where it has no letters. */
function tongueOf(element: Element): string | undefined {
  let text = "";
  for (const one of element.childNodes) if (one instanceof Text) text += one.data;
  const chinese = text.match(HAN)?.length ?? 0;
  const latin = text.match(LATIN)?.length ?? 0;
  if (chinese + latin === 0) return undefined;
  return chinese > latin ? CHINESE : ENGLISH;
}

/** Mark an element whose language is not that of what it stands in; what stands in it is then looked at again. */
function judge(element: Element | null): void {
  if (!element?.isConnected || (element.hasAttribute("lang") && !marked.has(element))) return;
  const tongue = tongueOf(element);
  const around = element.parentElement?.closest("[lang]")?.getAttribute("lang") ?? ENGLISH;
  const wanted = tongue === around ? undefined : tongue;
  if ((marked.has(element) ? element.getAttribute("lang") : undefined) === wanted) return;
  if (wanted === undefined) unmark(element);
  else {
    element.setAttribute("lang", wanted);
    marked.add(element);
  }
  for (const one of element.children) judgeAll(one);
}

function judgeAll(element: Element): void {
  judge(element);
  for (const one of element.querySelectorAll("*")) judge(one);
}

function unmark(element: Element): void {
  element.removeAttribute("lang");
  marked.delete(element);
}

watch(
  useI18n().locale,
  (now) => {
    if (now === ENGLISH) {
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      judgeAll(document.body);
    } else {
      observer.disconnect();
      for (const one of document.querySelectorAll("[lang]")) if (marked.has(one)) unmark(one);
    }
  },
  { immediate: true },
);
