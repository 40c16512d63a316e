/** The places of a page that scripts fill, and the words for them, which the page brings along. */
import type { Check, Outcome } from "./claim.js";

const HAN = /\p{Script=Han}/gu;
const LATIN = /[A-Za-z]/g;

export type Words = Readonly<Record<string, string>>;

/** The words of the page: scripts have none of their own. */
export function wordsOf(): Words {
  const block = document.querySelector('script[type="application/json"]');
  return JSON.parse(block?.textContent ?? "{}") as Words;
}

/** Puts text into the elements of the page that are meant for it. Nothing is ever put in as HTML. */
export class Slots {
  constructor(
    private readonly root: ParentNode,
    private readonly words: Words,
  ) {}

  has(key: string): boolean {
    return key in this.words;
  }

  word(key: string, details: Words = {}): string {
    const text = this.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => details[name] ?? whole);
  }

  element(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  }

  put(name: string, text: string): void {
    const element = this.element(name);
    if (element !== null) element.textContent = text;
  }

  show(name: string, isShown: boolean): void {
    const element = this.element(name);
    if (element !== null) element.hidden = !isShown;
  }

  fill(name: string, children: readonly Node[]): void {
    this.element(name)?.replaceChildren(...children);
  }

  /** The icon of an outcome: colour is never alone. */
  icon(outcome: Outcome): Node {
    const template = document.querySelector<HTMLTemplateElement>(`template[data-icon="${outcome}"]`);
    return template?.content.cloneNode(true) ?? document.createTextNode("");
  }

  /** Tells the outcome in the largest letters of the page. */
  verdict(outcome: Outcome, word: string, lead: string): void {
    const header = this.element("verdict");
    if (header !== null) header.className = `verdict tone-${outcome}`;
    this.element("word")?.replaceChildren(this.icon(outcome), element("span", "", word));
    this.put("lead", lead);
    const focused = this.element("word");
    this.show("answer", true);
    focused?.focus();
    header?.scrollIntoView({ block: "start" });
  }

  /** A check as a line: its outcome as an icon and a word, its name, and why, in a language of its own where `tongue` names one. */
  check(check: Check, reason: string | undefined, tongue = ""): HTMLElement {
    const line = element("li", `tone-${check.outcome}`);
    const told = element("p", "line");
    const title = this.has(`check.${check.name}`) ? this.word(`check.${check.name}`) : check.name;
    told.append(element("span", "word", this.word(`check.${check.outcome}`)), ` ${title}`);
    line.append(this.icon(check.outcome), told);
    if (reason !== undefined) {
      const why = element("p", "fine", reason);
      if (tongue !== "") why.lang = tongue;
      line.append(why);
    }
    return line;
  }

  /** A moment as people of the page's language write it, in China Standard Time. */
  moment(moment: Date): string {
    const language = document.documentElement.lang;
    const told = moment.toLocaleString(language, { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" });
    return `${told} ${this.word("result.zone")}`;
  }

  /** How long ago a moment is. */
  ago(moment: Date, now: Date): string {
    const minutes = Math.max(0, Math.round((Number(now) - Number(moment)) / 60_000));
    const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
    if (minutes < 90) return format.format(-minutes, "minute");
    return minutes < 48 * 60 ? format.format(-Math.round(minutes / 60), "hour") : format.format(-Math.round(minutes / 1440), "day");
  }
}

/** Makes an element with a class and a text. */
export function element(name: string, kind: string, text?: string): HTMLElement {
  const made = document.createElement(name);
  if (kind !== "") made.className = kind;
  if (text !== undefined) made.textContent = text;
  if (text !== undefined && isForeign(text)) made.lang = "zh-CN";
  return made;
}

/** Tells whether a text is Chinese on a page that is not: it is marked as such, so that it is read out rightly. */
function isForeign(text: string): boolean {
  const isChinese = (text.match(HAN)?.length ?? 0) > (text.match(LATIN)?.length ?? 0);
  return isChinese && !document.documentElement.lang.startsWith("zh");
}
