// How a long list is searched and turned: the service pages it, and what is searched for stands in the address, so that
// it can be kept and the browser's own buttons lead back and forth.
import { computed, reactive, ref, watch, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/** Where one is in a list. */
export interface Turns {
  /** Number of the page that is shown, from 1. */
  page: ComputedRef<number>;
  /** What the service gave to go on from, for lists that are paged by a mark; empty on the first page. */
  mark: ComputedRef<string>;
  /** Rows of a page. */
  size: number;
  /** Go to a page by its number. */
  turn: (page: number) => void;
  /** Go to the page that follows, from a mark. */
  onward: (mark: string | number) => void;
  back: () => void;
}

/** By name: what may be chosen, or "" for what is typed. */
export type Searched = Record<string, "" | readonly string[]>;

/** What is wanted now; empty where it is of no matter. */
export type Wanted<S extends Searched> = { [Name in keyof S]: S[Name] extends readonly (infer One)[] ? One | "" : string };

export interface Listing<S extends Searched> extends Turns {
  wanted: ComputedRef<Wanted<S>>;
  /** What stands in the form and is not looked for yet. */
  form: Record<keyof S, string>;
  search: () => void;
  reset: () => void;
}

const trailHere = (): string[] => (history.state?.trail as string[] | undefined) ?? [];

/** Return how a list is searched by what its page names, `size` rows at a time. `first` is what an empty address means. */
export function useListing<const S extends Searched>(
  searched: S,
  { size = 20, first = {} }: { size?: number; first?: { [Name in keyof S]?: string } } = {},
): Listing<S> {
  const route = useRoute();
  const router = useRouter();
  const names = Object.keys(searched) as (keyof S & string)[];
  const page = computed(() => Math.max(1, Math.trunc(Number(route.query.page)) || 1));
  const mark = computed(() => String(route.query.mark ?? ""));

  const given = computed(() => {
    const read = names.map((name) => {
      const one = String(route.query[name] ?? "");
      const choice = searched[name];
      return [name, (choice === "" || choice?.includes(one) ? one : "") || first[name] || ""];
    });
    return Object.fromEntries(read) as Wanted<S>;
  });
  const wanted = computed<Wanted<S>>((before) => (same(before, given.value) ? before! : given.value));
  const form = reactive({ ...given.value }) as Record<keyof S, string>;
  watch(wanted, (now) => Object.assign(form, now));

  /** Go to an address; what belongs to others there stays. */
  function go(asked: object, trail: string[] = []): void {
    const others = Object.entries(route.query).filter(([name]) => ![...names, "page", "mark"].includes(name));
    const ours = Object.entries<string>(asked as Record<string, string>).filter(([name, one]) => one !== "" && one !== first[name as keyof S]);
    void router.push({ query: { ...Object.fromEntries(others), ...Object.fromEntries(ours) }, state: { trail } });
  }

  function search(): void {
    go(Object.fromEntries(names.map((name) => [name, (form[name] ?? "").trim()])));
  }

  function reset(): void {
    for (const name of names) form[name] = first[name] ?? "";
    search();
  }

  function turn(to: number): void {
    go({ ...wanted.value, page: to > 1 ? String(to) : "" });
  }

  function onward(next: string | number): void {
    go({ ...wanted.value, mark: String(next), page: String(page.value + 1) }, [mark.value, ...trailHere()]);
  }

  function back(): void {
    const [before, ...trail] = trailHere();
    // Without a trail, as behind a kept address, the way back is the first page.
    go({ ...wanted.value, ...(before && { mark: before, page: String(page.value - 1) }) }, trail);
  }

  return { wanted, form, page, mark, size, search, reset, turn, onward, back };
}

function same(one: object | undefined, other: object): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

/** Return how a list is turned that is a part of a page: not in the address. It begins anew when `again` changes. */
export function useTurns(size = 20, again: () => unknown = () => undefined): Turns {
  const marks = ref<string[]>([]);
  const at = ref(1);
  const begin = (): void => {
    marks.value = [];
    at.value = 1;
  };
  watch(again, begin);
  return {
    page: computed(() => at.value),
    mark: computed(() => marks.value.at(-1) ?? ""),
    size,
    turn: (to) => (at.value = to),
    onward: (next) => {
      marks.value = [...marks.value, String(next)];
      at.value += 1;
    },
    back: () => {
      marks.value = marks.value.slice(0, -1);
      at.value -= 1;
    },
  };
}

/** Return what is asked of a list that is paged by numbers. */
export function byNumber({ page, size }: Turns): { offset: number; limit: number } {
  return { offset: (page.value - 1) * size, limit: size };
}

/** Return what is asked of a list that is paged by a mark, which the service calls `after` or `before`. */
export function byMark<const Name extends "after" | "before">({ mark, size }: Turns, name: Name): { limit: number } & { [N in Name]?: string } {
  return { limit: size, ...(mark.value && { [name]: mark.value }) } as { limit: number } & { [N in Name]?: string };
}

/** The columns of a table, by name: the key of each one's head, or what it says. The first is the head of the row. */
export type Columns<Name extends string = string> = Readonly<Partial<Record<Name, string | { said: string }>>>;

/** Return columns whose heads are words of one group. */
export function columnsOf<const Name extends string>(group: string, ...names: readonly Name[]): Columns<Name> {
  return Object.fromEntries(names.map((name) => [name, `${group}.${name}`])) as Columns<Name>;
}
