// What stands between the console and the service: a session that has ended, and one that proves too little.
import { ref } from "vue";

import { Problem, SHUT_OUT } from "./problem";

/** Counts how often this tab was led to the login page without anything that worked in between. */
const LED = "xinyin-led";
const OFTEN = 2;
const LONGEST = 500;

/** The level that is asked for at this moment, and what tells whether it was reached. */
export const wanted = ref<{ level: number; done: (reached: boolean) => void }>();

let running: Promise<boolean> | undefined;

/** Return where somebody logs in, and comes back from to a page. What the login would not lead to is spelt so that it does. */
export function loginAddress(place: string): string {
  const spelt = (one: string) => (one === "+" ? "%20" : `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
  const kept = encodeURI(decodeURI(place)).replace(/[^A-Za-z0-9/_.~?&=%-]/g, spelt).replace(/#.*$/, "");
  return `/login?next=${encodeURIComponent(kept.length > LONGEST ? kept.split("?", 1)[0]!.slice(0, LONGEST) : kept)}`;
}

/** The session has ended: lead to the login page, and never come back to the page that asked. */
export function lost(): Promise<never> {
  const led = Number(sessionStorage.getItem(LED) ?? 0) + 1;
  if (led > OFTEN) {
    sessionStorage.removeItem(LED);
    return Promise.reject(new Problem(SHUT_OUT)); // leading there again would go on for ever
  }
  sessionStorage.setItem(LED, String(led));
  location.replace(loginAddress(location.pathname + location.search));
  return new Promise(() => undefined);
}

/** What was typed on this page and not sent yet would be lost by leaving it. */
let unsent = false;

/** The session has ended while somebody was filling something in: told whether they are logged in again. */
export const over = ref<(isBack: boolean) => void>();

let waiting: Promise<boolean> | undefined;

/** Note what is typed on a page, apart from searches. */
export function watchForms(): void {
  const typed = ({ target }: Event): void => {
    unsent ||= target instanceof Element && target.closest("[role=search]") === null;
  };
  for (const sign of ["input", "change"]) addEventListener(sign, typed, { passive: true, capture: true });
}

/** What was typed has been sent, or left behind. */
export function forgetTyped(): void {
  unsent = false;
}

/** The session has ended. What was typed is kept until somebody is logged in again, in another window; else log in here. */
export async function regained(isAct = false): Promise<void> {
  if (isAct || unsent || waiting) {
    waiting ??= new Promise<boolean>((done) => (over.value = done)).finally(() => {
      over.value = undefined;
      waiting = undefined;
    });
    if (await waiting) return;
  }
  await lost();
}

/** Somebody is logged in: the next end of a session is the first one again. */
export function arrived(): void {
  sessionStorage.removeItem(LED);
}

/** Ask for a further factor, once for all that wait for it. Tell whether the session now has the level. */
export function strengthened(level: number): Promise<boolean> {
  running ??= new Promise<boolean>((done) => {
    wanted.value = { level, done };
  }).finally(() => {
    wanted.value = undefined;
    running = undefined;
  });
  return running;
}
