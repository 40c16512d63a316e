// What is looked for in the trail, as it stands in the address and in the form. Hours are those of China.
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

/** How a field for dates writes an hour of China. */
export const LOCAL = "YYYY-MM-DDTHH:mm";

const ZONE = 8 * 3_600_000;

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

/** Return a moment as a field for local time holds it. */
export function localOf(moment: string): string {
  return isMoment(moment) ? new Date(Date.parse(moment) + ZONE).toISOString().slice(0, 16) : "";
}

/** Return the moment that a field for local time holds. */
export function momentOf(local: string): string {
  const told = local ? `${local.slice(0, 16)}:00+08:00` : "";
  return isMoment(told) ? new Date(told).toISOString() : "";
}
