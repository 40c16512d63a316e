// Lists that are filled while one types. A search begins at once, and asks when no key was pressed for a moment: if Element
// Plus waited instead, it would close the list meanwhile. Where nothing moves, a list that is closed, opened and closed
// again between a few frames stays open, for the first closing ends the last (finishLeave, @vue/runtime-dom).
const QUIET = 250;

/** Resolve after the milliseconds for which no key is pressed when somebody has typed what he looks for. */
export function typedOut(text: string): Promise<void> {
  return new Promise((done) => setTimeout(done, text ? QUIET : 0));
}
