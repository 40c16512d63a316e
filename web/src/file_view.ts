/** The start page: a file is judged on the device first, and sent only where somebody says so. */
import type { Assets } from "./assets.js";
import type { Outcome } from "./claim.js";
import type { FileSignature, FileVerdict } from "./files.js";
import { followPhoto, startTyping } from "./scan_view.js";
import { type Slots, element } from "./slots.js";

/** Characters of a text out of a file that are shown. */
const SHOWN = 120;
/** What leaves no ink or turns the reading direction: a name could pass for another one by it. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A signer that is named by its seal's code alone says nothing to anybody. */
const NUMBER = /^[0-9]+$/;

function shown(text: string): string {
  const visible = text.trim().replace(/\s+/g, " ").replace(UNSHOWN, "\ufffd");
  return visible.length > SHOWN ? `${visible.slice(0, SHOWN)}…` : visible;
}

function row(label: string, value: string, hint = ""): HTMLElement {
  const made = element("div", "");
  const told = element("dd", "");
  const text = element("bdi", "", value);
  told.append(text);
  if (hint !== "") told.append(element("span", "hint", hint));
  made.append(element("dt", "", label), told);
  return made;
}

function badge(slots: Slots, outcome: Outcome): HTMLElement {
  const made = element("span", `badge tone-${outcome}`);
  made.append(slots.icon(outcome), element("span", "", slots.word(`check.${outcome}`)));
  return made;
}

function mark(slots: Slots, signature: FileSignature): HTMLElement {
  const made = element("li", "");
  const head = element("p", "mark-head");
  head.append(element("span", "kind", slots.word(`kind.${signature.kind}`)), badge(slots, signature.outcome));
  const told = shown(signature.signer);
  const signer = NUMBER.test(told) ? "" : told;
  const name = shown(signature.sealName ?? "") || told || slots.word("signature.nameless");
  const title = element("h3", "");
  title.append(element("bdi", "", name));
  const rows = element("dl", "rows");
  if (signer !== "" && signer !== name) rows.append(row(slots.word("signature.signer"), signer));
  const moment = signature.provenTime ?? signature.claimedTime;
  if (moment !== undefined) {
    const key = signature.provenTime === undefined ? "signature.claimed" : "signature.proven";
    rows.append(row(slots.word("signature.signed_at"), slots.moment(moment), slots.word(key)));
  }
  made.append(head, title);
  if (rows.childElementCount > 0) made.append(rows);
  return made;
}

/** Everything that was looked at, each signature under its name, for experts. */
function checks(slots: Slots, verdict: FileVerdict): Node[] {
  const told = verdict.checks.map((one) => slots.check(one, one.reason, "en"));
  for (const [place, signature] of verdict.signatures.entries()) {
    const title = element("li", "of");
    title.append(element("strong", "", `${slots.word(`kind.${signature.kind}`)} ${place + 1}`));
    told.push(title, ...signature.checks.map((one) => slots.check(one, one.reason, "en")));
  }
  return told;
}

/** Why something did not pass, in plain words, each reason once, failures first. */
function reasonsOf(slots: Slots, verdict: FileVerdict): HTMLElement[] {
  const every = [...verdict.checks, ...verdict.signatures.flatMap((one) => one.checks)];
  const told = new Map<string, HTMLElement>();
  for (const [outcome, manner] of [["failed", "failed"], ["indeterminate", "undecided"]] as const) {
    for (const check of every) {
      const key = `check.${check.name}.${manner}`;
      if (check.outcome !== outcome || !slots.has(key) || told.has(key)) continue;
      const line = element("li", `tone-${outcome}`);
      line.append(slots.icon(outcome), element("p", "", slots.word(key)));
      told.set(key, line);
    }
  }
  return [...told.values()];
}

function size(slots: Slots, octets: number): string {
  const language = document.documentElement.lang;
  if (octets < 1 << 20) return slots.word("files.kilobytes", { size: Math.ceil(octets / 1024).toLocaleString(language) });
  return slots.word("files.megabytes", { size: (octets / (1 << 20)).toLocaleString(language, { maximumFractionDigits: 1 }) });
}

function show(slots: Slots, file: File, verdict: FileVerdict): void {
  const { outcome } = verdict;
  const isUnknown = verdict.kind === "unknown";
  slots.fill("file", [
    row(slots.word("file.kind"), slots.word(`file_kind.${verdict.kind}`)),
    row(slots.word("files.name"), shown(file.name)),
    row(slots.word("file.size"), size(slots, file.size)),
  ]);
  slots.show("marks", verdict.signatures.length > 0);
  slots.fill("signatures", verdict.signatures.map((one) => mark(slots, one)));
  const reasons = reasonsOf(slots, verdict);
  slots.show("reasons", reasons.length > 0);
  slots.fill("why", reasons);
  slots.show("needs", verdict.needsServer.length > 0 && outcome !== "failed");
  slots.fill("needed", verdict.needsServer.map((one) => element("li", "", slots.word(`files.need.${one}`))));
  slots.fill("checks", checks(slots, verdict));
  slots.put("sent", slots.word("files.sent", { name: shown(file.name), size: size(slots, file.size), host: location.host }));
  const word = outcome === "passed" ? slots.word("files.word.passed") : slots.word(`outcome.${outcome}`);
  slots.verdict(outcome, word, slots.word(isUnknown ? "files.lead.unknown" : `files.lead.${outcome}`));
}

class FileCheck {
  private turn = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly slots: Slots,
    private readonly assets: Assets,
    private readonly form: HTMLFormElement,
    private readonly chooser: HTMLInputElement,
  ) {}

  /** Puts a file that was dropped or pasted where a chosen one would stand, so that it is sent like one. */
  take(file: File): void {
    const carried = new DataTransfer();
    carried.items.add(file);
    this.chooser.files = carried.files;
    void this.check(file);
  }

  async check(file: File): Promise<void> {
    const turn = (this.turn += 1);
    this.turnTo(false); // what was found of another file says nothing of this one
    this.slots.put("sending", "");
    this.root.dataset["busy"] = "yes";
    this.slots.put("told", this.slots.word("files.checking"));
    if (file.type.startsWith("image/")) {
      await followPhoto(file, this.slots, this.assets);
      delete this.root.dataset["busy"];
      return;
    }
    const verdict = await this.judge(file);
    if (turn !== this.turn) return;
    delete this.root.dataset["busy"];
    this.slots.put("told", "");
    if (verdict === undefined) {
      this.slots.put("told", this.slots.word("files.not_here"));
      return;
    }
    if (verdict.needsServer.includes("password")) {
      this.askForPassword();
      return;
    }
    this.root.dataset["outcome"] = verdict.outcome;
    this.turnTo(true);
    show(this.slots, file, verdict);
  }

  /** Judges a file here; undefined where that cannot be done, and only the server may say something. */
  private async judge(file: File): Promise<FileVerdict | undefined> {
    try {
      const library = await this.assets.files();
      const now = new Date();
      const bytes = new Uint8Array(await file.arrayBuffer());
      const trusted = await library.loadTrustList(this.assets.place, now);
      return await library.judgeFile(bytes, trusted?.list, now);
    } catch {
      return undefined;
    }
  }

  private askForPassword(): void {
    const asked = this.form.querySelector("details");
    if (asked !== null) asked.open = true;
    this.slots.put("told", this.slots.word("files.need.password"));
    this.form.querySelector<HTMLElement>("input[type=password]")?.focus();
  }

  /** Shows the answer in the place of what one can do, or the other way round. */
  turnTo(isAnswer: boolean): void {
    for (const part of document.querySelectorAll<HTMLElement>("[data-before]")) part.hidden = isAnswer;
    this.slots.show("answer", isAnswer);
    if (!isAnswer) delete this.root.dataset["outcome"];
  }
}

/** Files out of what was dropped or pasted. */
function fileIn(data: DataTransfer | null): File | undefined {
  return data?.files[0];
}

function startDropping(root: HTMLElement, check: FileCheck): void {
  const has = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
  let depth = 0;
  const mark = (): void => void (depth > 0 ? (root.dataset["drag"] = "yes") : delete root.dataset["drag"]);
  document.addEventListener("dragenter", (event) => {
    if (has(event)) depth += 1;
    mark();
  });
  document.addEventListener("dragleave", (event) => {
    if (has(event)) depth = Math.max(0, depth - 1);
    mark();
  });
  document.addEventListener("dragover", (event) => {
    if (has(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    depth = 0;
    mark();
    const file = fileIn(event.dataTransfer);
    if (file === undefined) return;
    event.preventDefault();
    check.take(file);
  });
  document.addEventListener("paste", (event) => {
    const file = fileIn(event.clipboardData);
    if (file === undefined) return;
    event.preventDefault();
    check.take(file);
  });
}

/** Starts the start page: files, and codes that are typed. */
export function startFiles(root: HTMLElement, slots: Slots, assets: Assets): void {
  const form = root.querySelector<HTMLFormElement>("form[data-files]");
  const chooser = form?.querySelector<HTMLInputElement>("input[type=file]");
  const typed = root.querySelector<HTMLFormElement>("form[data-code]");
  if (typed !== null) startTyping(typed, slots, assets);
  if (form === null || chooser === undefined || chooser === null) return;
  const check = new FileCheck(root, slots, assets, form, chooser);
  form.addEventListener("submit", (event) => {
    const isToBeSent = event.submitter?.dataset["send"] !== undefined;
    const password = form.querySelector<HTMLInputElement>("input[type=password]")?.value ?? "";
    const file = chooser.files?.[0];
    if (file === undefined || password !== "") return;
    if (!isToBeSent) {
      event.preventDefault();
      void check.check(file);
    } else if (!navigator.onLine) {
      event.preventDefault();
      slots.put("sending", slots.word("files.offline"));
    } else {
      slots.put("sending", slots.word("files.sending"));
    }
  });
  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    if (file !== undefined) void check.check(file);
  });
  slots.element("another")?.addEventListener("click", () => {
    form.reset();
    check.turnTo(false);
    chooser.focus();
  });
  startDropping(root, check);
  for (const hint of document.querySelectorAll<HTMLElement>("[data-with-script]")) hint.hidden = false;
  root.dataset["ready"] = "yes";
}
