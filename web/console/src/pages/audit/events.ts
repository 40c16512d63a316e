// Events in words. There are some hundred kinds of them, in files of their own that only this area loads.
import { shallowRef, watchEffect, type ShallowRef } from "vue";

import { i18n } from "../../i18n";
import { proposalWord } from "../../proposals";
import type zh from "../../words/events/zh";
import type { Words } from "../../words/words";

export type EventWords = Words<typeof zh>;
export type Fact = string | number | boolean | null;

const FILES: Record<string, () => Promise<{ default: EventWords }>> = {
  "zh-CN": () => import("../../words/events/zh"),
  en: () => import("../../words/events/en"),
};

/** Return the words of events in the reader's language, as soon as they are there. */
export function useEventWords(): ShallowRef<EventWords | undefined> {
  const words = shallowRef<EventWords>();
  watchEffect(async () => {
    const file = FILES[i18n.global.locale.value];
    if (file) words.value = (await file()).default;
  });
  return words;
}

/** Return the kind of thing that an event is about. */
export function nounOf(tag: string): string {
  return tag.split(":", 1)[0] ?? "";
}

/** Return an event in words. */
export function tagWord(words: EventWords | undefined, tag: string): string {
  return (words?.tags as Record<string, string> | undefined)?.[tag] ?? tag;
}

/** Return the name of a fact in words. */
export function factWord(words: EventWords | undefined, name: string): string {
  return (words?.facts as Record<string, string> | undefined)?.[name] ?? name;
}

function either(key: string, otherwise: string): string {
  return i18n.global.te(key) ? i18n.global.t(key) : otherwise;
}

/** Return a value in words where there are any: states, duties, kinds of proposal, levels. */
export function factValue(tag: string, name: string, value: Fact): string {
  if (value === null || value === "") return "—";
  if (typeof value === "boolean") return i18n.global.t(value ? "common.yes" : "common.no");
  const text = String(value);
  const noun = nounOf(tag);
  switch (name) {
    case "state":
      return either(`${noun}_state.${text}`, text);
    case "duty":
      return either(`duty.${text}`, text);
    case "kind":
      return noun === "proposal" ? proposalWord(text) : either(`${noun}_kind.${text}`, text);
    case "level":
    case "by_level":
    case "max_level":
    case "needed":
    case "held":
      return `L${text}`;
    default:
      return text;
  }
}

/** Return how the session was in which it was done: of use to few, so that it stands last. */
export function isOfSession(name: string): boolean {
  return name.startsWith("by_");
}
