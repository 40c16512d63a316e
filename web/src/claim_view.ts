/** The page on which the device checks a QR code by itself, and the line that says so beside the server's answer. */
import type { Assets } from "./assets.js";
import { claimIn, codeIn } from "./codes.js";
import type { Age, Judged } from "./judging.js";
import { type Slots, element } from "./slots.js";

const DAY = 86_400_000;

async function judge(assets: Assets, text: string): Promise<Judged | undefined> {
  const library = await assets.library();
  return library.judge(text, assets.place, new Date());
}

/** Says by which lists it was judged, how old they are, and when that is too old to rely on without another look. */
function tellAge(slots: Slots, age: Age | undefined, now: Date): void {
  slots.show("age", age !== undefined);
  if (age === undefined) return;
  const tell = (name: string, moment: Date | undefined, otherwise: string): void => {
    const ago = moment === undefined ? slots.word(otherwise) : slots.ago(moment, now);
    const hint = moment === undefined ? "" : slots.moment(moment);
    slots.fill(name, [document.createTextNode(ago), element("span", "hint", hint)]);
  };
  tell("as-of", age.trustList, "device.age.unknown");
  tell("status-as-of", age.statusList, "device.age.none");
  tell("fetched", age.fetched, "device.age.unknown");
  const oldest = Math.min(...[age.statusList, age.fetched].map((one) => Number(one ?? now)));
  const isOld = Number(now) - oldest > DAY;
  slots.show("old", isOld);
  if (isOld) slots.put("old-text", slots.word("device.age.old", { ago: slots.ago(new Date(oldest), now) }));
}

function show(root: HTMLElement, slots: Slots, assets: Assets, text: string, judged: Judged | undefined): void {
  const report = judged?.report;
  const outcome = report?.outcome ?? "indeterminate";
  root.dataset["outcome"] = outcome;
  const claim = report?.claim;
  slots.put("issuer", claim?.issuer ?? "");
  slots.put("until", claim === undefined ? "" : (claim.lastDay ?? slots.word("licence.no_end")));
  tellAge(slots, judged?.age, new Date());
  const reasoned = (report?.checks ?? []).map((check) => {
    const key = `device.reason.${check.name}.${check.subIndication ?? ""}`;
    return slots.check(check, slots.has(key) ? slots.word(key) : undefined);
  });
  slots.fill("checks", reasoned);
  slots.show("details", claim !== undefined);
  const registry = slots.element("registry");
  if (registry instanceof HTMLAnchorElement) registry.href = assets.answerTo(text, false);
  const lead = slots.word(report === undefined ? "device.no_lists" : `device.lead.${outcome}`);
  slots.verdict(outcome, slots.word(`outcome.${outcome}`), lead);
}

/** Checks what stands behind `#`, in the path, or is typed. */
export async function startDevice(root: HTMLElement, slots: Slots, assets: Assets): Promise<void> {
  let latest = 0;
  const check = async (text: string): Promise<void> => {
    if (codeIn(text, assets.origins).kind === "copy") {
      location.assign(assets.copy(text)); // only the registry can tell of what it is a copy
      return;
    }
    const turn = (latest += 1);
    slots.show("busy", true);
    const judged = await judge(assets, text);
    if (turn !== latest) return;
    slots.show("busy", false);
    show(root, slots, assets, text, judged);
  };
  const form = root.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void check(claimIn(String(new FormData(form).get("claim") ?? "")));
  });
  if (form !== null) form.hidden = false;
  const behindHash = (): string => claimIn(location.hash.slice(1));
  addEventListener("hashchange", () => {
    if (location.hash.length > 1 && location.hash !== "#main") void check(behindHash());
  });
  const claims = `${assets.root}/v/`;
  const inPath = location.pathname.startsWith(claims) ? claimIn(decodeURIComponent(location.pathname)) : "";
  const isBehindHash = location.hash.length > 1 && location.hash !== "#main";
  const text = isBehindHash ? behindHash() : inPath;
  if (text !== "") await check(text);
  root.dataset["ready"] = "yes";
}

/** The server's answer to a QR code: what the device found by itself is told beside it, where the signature holds. */
export async function accompany(root: HTMLElement, assets: Assets): Promise<void> {
  const judged = await judge(assets, claimIn(location.pathname));
  const signature = judged?.report.checks.find((one) => one.name === "claim.signature");
  root.dataset["outcome"] = judged?.report.outcome ?? "indeterminate";
  root.hidden = signature?.outcome !== "passed";
}
