/**
 * What the public pages do with scripts: check a QR code on the device itself. Without scripts the server answers alone.
 *
 * A page that takes part has an element `data-device` with where the lists stand, and the words in a block of JSON.
 */
import { type Check, type ClaimReport, readClaim, verifyClaim } from "./claim.js";
import { type Place, loadStatusList, loadTrustList } from "./lists.js";
import { Malformed } from "./octets.js";
import type { TrustList } from "./trust_list.js";

type Words = Readonly<Record<string, string>>;

/** Returns the text of a QR code out of an address that leads to it, or out of what somebody has typed. */
export function claimIn(text: string): string {
  const last = text.trim().split(/[/#]/).at(-1) ?? "";
  return last.split("?")[0] ?? "";
}

function listNumber(text: string): number | undefined {
  try {
    return readClaim(text).claim.statusList;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Judges the text of a QR code with the lists at hand; undefined where there is not even a trust list. */
export async function judge(text: string, place: Place, now: Date): Promise<[ClaimReport, TrustList] | undefined> {
  const trustList = await loadTrustList(place, now);
  if (trustList === undefined) return undefined;
  const number = listNumber(text);
  const statusList = number === undefined ? undefined : await loadStatusList(place, number, trustList, now);
  return [verifyClaim(text, trustList, statusList, now), trustList];
}

function placeOf(element: HTMLElement): Place {
  return {
    anchors: (element.dataset["anchors"] ?? "").split(" ").filter((one) => one !== ""),
    trustList: new URL(element.dataset["trustList"] ?? "", location.href).href,
    statusLists: new URL(element.dataset["statusLists"] ?? "", location.href).href,
  };
}

/** Puts text into the element of the page that is meant for it. Nothing is ever put in as HTML. */
class Slots {
  constructor(private readonly root: HTMLElement, private readonly words: Words) {}

  word(key: string): string {
    return this.words[key] ?? key;
  }

  element(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  }

  put(name: string, text: string): void {
    const element = this.element(name);
    if (element !== null) element.textContent = text;
  }

  checks(checks: readonly Check[]): void {
    const list = this.element("checks");
    list?.replaceChildren(...checks.map((check) => this.line(check)));
  }

  /** The icon of an outcome, which the page brings along: colour is never alone. */
  icon(outcome: string): Node {
    const template = this.root.querySelector<HTMLTemplateElement>(`template[data-icon="${outcome}"]`);
    return template?.content.cloneNode(true) ?? document.createTextNode("");
  }

  private line(check: Check): HTMLElement {
    const line = document.createElement("li");
    line.className = `tone-${check.outcome}`;
    const told = document.createElement("p");
    told.className = "line";
    const word = document.createElement("span");
    word.className = "word";
    word.textContent = this.word(`check.${check.outcome}`);
    told.append(word, ` ${this.word(`check.${check.name}`)}`);
    line.append(this.icon(check.outcome), told);
    const reason = this.words[`device.reason.${check.name}.${check.subIndication ?? ""}`];
    if (reason !== undefined) {
      const why = document.createElement("p");
      why.className = "fine";
      why.textContent = reason;
      line.append(why);
    }
    return line;
  }
}

function show(slots: Slots, root: HTMLElement, text: string, judged: [ClaimReport, TrustList] | undefined): void {
  const [report, trustList] = judged ?? [];
  const outcome = report?.outcome ?? "indeterminate";
  root.dataset["outcome"] = outcome;
  const word = slots.element("word");
  word?.replaceChildren(slots.icon(outcome), slots.word(`outcome.${outcome}`));
  slots.put("lead", slots.word(report === undefined ? "device.no_lists" : `device.lead.${outcome}`));
  const header = slots.element("verdict");
  if (header !== null) header.className = `verdict tone-${outcome}`;
  slots.put("issuer", report?.claim?.issuer ?? "");
  slots.put("until", report?.claim === undefined ? "" : (report.claim.lastDay ?? slots.word("licence.no_end")));
  slots.put("as-of", trustList === undefined ? "" : trustList.issued.toLocaleString(document.documentElement.lang));
  slots.checks(report?.checks ?? []);
  const details = slots.element("details");
  if (details !== null) details.hidden = report?.claim === undefined;
  const registry = slots.element("registry");
  if (registry instanceof HTMLAnchorElement) registry.href = `${root.dataset["claims"] ?? ""}${encodeURIComponent(text)}`;
  const answer = slots.element("answer");
  if (answer !== null) answer.hidden = false;
  word?.focus();
}

function wordsOf(root: HTMLElement): Words {
  return JSON.parse(root.querySelector('script[type="application/json"]')?.textContent ?? "{}") as Words;
}

/** The page on which the device checks by itself: the text stands behind # or /, or is typed. */
async function check(root: HTMLElement, slots: Slots, text: string): Promise<void> {
  show(slots, root, text, await judge(text, placeOf(root), new Date()));
}

/** The server's answer to a QR code: what the device found by itself is told beside it, where both agree. */
async function accompany(root: HTMLElement, text: string): Promise<void> {
  const judged = await judge(text, placeOf(root), new Date());
  const signature = judged?.[0].checks.find((one) => one.name === "claim.signature");
  root.dataset["outcome"] = judged?.[0].outcome ?? "indeterminate";
  root.hidden = signature?.outcome !== "passed";
}

async function start(root: HTMLElement): Promise<void> {
  const claims = root.dataset["claims"] ?? "";
  const inPath = location.pathname.startsWith(claims) ? claimIn(location.pathname) : "";
  if (root.dataset["device"] === "accompany") {
    if (inPath !== "") await accompany(root, inPath);
    return;
  }
  const slots = new Slots(root, wordsOf(root));
  const form = root.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void check(root, slots, claimIn(String(new FormData(form).get("claim") ?? "")));
  });
  if (form !== null) form.hidden = false;
  const behindHash = (): string => claimIn(location.hash.slice(1));
  addEventListener("hashchange", () => void check(root, slots, behindHash()));
  const text = location.hash.length > 1 ? behindHash() : inPath;
  if (text !== "") await check(root, slots, text);
  root.dataset["ready"] = "yes";
}

/** Lets the page be opened without a network from now on. */
function keep(root: HTMLElement): void {
  const worker = root.dataset["worker"];
  if (worker !== undefined && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker).catch(() => undefined); // without one the page needs a network
  }
}

if (typeof document !== "undefined") {
  const root = document.querySelector<HTMLElement>("[data-device]");
  if (root !== null) {
    keep(root);
    void start(root);
  }
}
