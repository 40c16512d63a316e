/** Printing, handing on, and larger type: what every page offers where scripts run. */
import type { Slots } from "./slots.js";

const TYPE = "xinyin.type";
/** Milliseconds for which a page says that something was copied. */
const TOLD = 4_000;

function kept(): string {
  try {
    return localStorage.getItem(TYPE) ?? "";
  } catch {
    return "";
  }
}

function keep(size: string): void {
  try {
    localStorage.setItem(TYPE, size);
  } catch {
    // The next page starts with the usual size again.
  }
}

function startType(button: HTMLElement): void {
  const set = (size: string): void => {
    document.documentElement.dataset["type"] = size;
    button.setAttribute("aria-pressed", String(size === "large"));
  };
  set(kept());
  button.hidden = false;
  button.addEventListener("click", () => {
    const size = document.documentElement.dataset["type"] === "large" ? "" : "large";
    set(size);
    keep(size);
  });
}

/** What is handed on: the address of an answer that has one, else what the answer says. */
function sharedBy(button: HTMLElement): ShareData {
  const { title = "", text = "", address } = button.dataset;
  return address === undefined ? { title, text } : { title, text, url: location.origin + location.pathname };
}

function canShare(data: ShareData): boolean {
  return typeof navigator.share === "function" && (navigator.canShare?.(data) ?? true);
}

async function share(button: HTMLElement, slots: Slots): Promise<void> {
  const data = sharedBy(button);
  if (canShare(data)) {
    await navigator.share(data).catch(() => undefined); // whoever closes the sheet changed their mind
    return;
  }
  try {
    await navigator.clipboard.writeText(data.url ?? data.text ?? "");
    slots.put("shared", slots.word("action.copied"));
  } catch {
    slots.put("shared", slots.word("action.not_copied"));
  }
  setTimeout(() => slots.put("shared", ""), TOLD);
}

/** Shows the buttons that work only with scripts, and lets them work. */
export function startActions(slots: Slots): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-action]")) {
    switch (button.dataset["action"]) {
      case "type":
        startType(button);
        break;
      case "print":
        button.hidden = false;
        button.addEventListener("click", () => print());
        break;
      case "share":
        button.hidden = false;
        button.addEventListener("click", () => void share(button, slots));
        break;
    }
  }
}
