// What identifiers are called: asked for together, and once. Persons' names are masked by the service.
import { reactive } from "vue";

import { api } from "./api/client";

const MOST = 100; // of one question

/** By identifier: the name; null where nobody told one. */
const known = reactive(new Map<string, string | null>());
let waiting = new Set<string>();

async function ask(): Promise<void> {
  const asked = [...waiting];
  waiting = new Set();
  for (let from = 0; from < asked.length; from += MOST) {
    const part = asked.slice(from, from + MOST);
    const answer = await api.GET("/v1/names", { params: { query: { of: part } } }).catch(() => undefined);
    if (answer === undefined) continue; // nobody answered: asked again when they are shown the next time
    const told = new Map(answer.data?.map((one) => [one.id, one.name]));
    for (const one of part) known.set(one, told.get(one) ?? null);
  }
}

/** Return what an identifier is called as soon as that is known; a template that reads it is drawn anew then. */
export function nameOf(id: string): string | null | undefined {
  if (!known.has(id) && !waiting.has(id)) {
    if (waiting.size === 0) queueMicrotask(() => void ask());
    waiting.add(id);
  }
  return known.get(id);
}

/** Remember a name that an answer has told already. */
export function tellName(id: string, name: string): void {
  known.set(id, name);
}
