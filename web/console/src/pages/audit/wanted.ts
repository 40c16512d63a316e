// What is looked for in the trail, as it stands in the address and in the form.
import type { LocationQuery, LocationQueryRaw } from "vue-router";

export interface Wanted {
  /** A kind of thing, of which every event is looked for; nothing where `tags` says more. */
  noun: string;
  tags: string[];
  actor: string;
  subject: string;
  /** Moments, as the service writes them. */
  since: string;
  until: string;
}

/** Return what an address looks for. */
export function wantedIn(query: LocationQuery): Wanted {
  const one = (name: string) => String(query[name] ?? "");
  const tags = [query.tag ?? []].flat().map(String);
  const { since, until } = { since: one("since"), until: one("until") };
  return {
    noun: tags.length ? "" : one("noun"),
    tags,
    actor: one("actor"),
    subject: one("subject"),
    since: isMoment(since) ? since : "",
    until: isMoment(until) ? until : "",
  };
}

/** Return the address of what is looked for. */
export function queryOf(wanted: Wanted): LocationQueryRaw {
  const { tags, ...rest } = wanted;
  const told: LocationQueryRaw = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
  return tags.length ? { ...told, tag: tags } : told;
}

function isMoment(text: string): boolean {
  return text !== "" && !Number.isNaN(Date.parse(text));
}
