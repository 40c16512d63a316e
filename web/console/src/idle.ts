// A desk that was left: after a while without a key or a pointer the session is ended, in every tab alike.
// How long that is, the service says; it ends the session by itself somewhat later.
import { ref } from "vue";

import { asking, plain } from "./api/client";
import { loginAddress, over } from "./api/gate";
import { session } from "./session";

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"] as const;
const WARNED = 60_000;
const TOLD = 2_000;
const PRESENT = 60_000;
const TICK = 1_000;
const AGAIN = 1_000;

type Message = { kind: "here"; at: number } | { kind: "stronger" } | { kind: "back" } | { kind: "over" };

/** On which the tabs of a browser tell each other of the session. */
export const CHANNEL = "xinyin-session";
const tabs = new BroadcastChannel(CHANNEL);
let last = Date.now();
let said = 0;
let isOver = false;

/** Seconds until the session is ended, once it is to be warned of. */
export const left = ref<number>();

/** Note that somebody is here; tell the other tabs, and the service before it thinks that nobody is. */
export function here(): void {
  last = Date.now();
  if (last - said < TOLD) return;
  said = last;
  tabs.postMessage({ kind: "here", at: last } satisfies Message);
  if (last - asking.last > PRESENT) {
    asking.last = last;
    session.refresh().catch(() => undefined); // whoever asks for something is told that nobody answers
  }
}

/** Tell the other tabs that the session proves more now. */
export function tellStronger(): void {
  tabs.postMessage({ kind: "stronger" } satisfies Message);
}

/** Take away what is shown, and lead to the login page, which leads back. */
function leave(): void {
  isOver = true;
  session.forget();
  location.replace(loginAddress(location.pathname + location.search));
}

/** End the session, here and on the service: by hand, or because nobody is there. */
export async function end(): Promise<void> {
  isOver = true;
  session.forget();
  // Where nobody answers, the session would go on, and whoever comes next would be let in by it.
  while (!(await plain.DELETE("/v1/auth/sessions/current").catch(() => undefined))) {
    await new Promise((wake) => setTimeout(wake, AGAIN));
  }
  tabs.postMessage({ kind: "over" } satisfies Message);
  leave();
}

function look(): void {
  const minutes = session.me.value?.idle_minutes;
  if (!minutes || isOver) return;
  const rest = last + minutes * 60_000 - Date.now();
  left.value = rest <= WARNED ? Math.max(0, Math.ceil(rest / 1000)) : undefined;
  if (rest <= 0) void end();
}

/** Somebody did something. Once it is warned of, they say by hand that they are here: a pointer that is nudged is nobody. */
function somebody(): void {
  look(); // a machine that slept wakes up with a pointer that moves, before its clock ticks
  if (left.value === undefined && !isOver) here();
}

/** Begin to look whether somebody is there. */
export function watchDesk(): void {
  for (const sign of SIGNS) {
    addEventListener(sign, somebody, { passive: true, capture: true });
  }
  tabs.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.kind === "here") {
      last = Math.max(last, data.at);
      look();
    } else if (data.kind === "stronger") session.refresh().catch(() => undefined);
    else if (data.kind === "over" && over.value === undefined) leave();
  });
  addEventListener("visibilitychange", look);
  tabs.postMessage({ kind: "back" } satisfies Message); // for a tab that waits for somebody to log in again
  setInterval(look, TICK);
}
