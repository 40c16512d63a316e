// Delegations as people read them: what about, and how they stand at this moment.
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Delegation = Schemas["DelegationView"];
export type Matter = Schemas["Matter"];
export type Operation = "document" | "digest" | "message";

/** What mandates give; of their own, persons give the second alone (docs/delegation.md). */
export const MATTERS: readonly Matter[] = ["act", "licence.hold", "seal.stamp", "licence.issue"];
export const OPERATIONS: readonly Operation[] = ["document", "digest", "message"];
export const MOST_LINKS = 4;

const OFFERED_FOR = 7 * 24 * 3600 * 1000;

/** Tell whether the uses of a matter are counted. */
export function isCounted(matter: Matter): boolean {
  return matter === "seal.stamp" || matter === "licence.issue";
}

/** Return the key of a matter among the words. */
export function matterKey(matter: string): string {
  return `matter.${matter.replace(".", "_")}`;
}

/** Return how a delegation stands now: what the clock says is stored nowhere. */
export function standingOf(one: Delegation): Delegation["state"] | "expired" | "future" | "over" {
  const now = Date.now();
  if (one.state === "offered" && now > new Date(one.given_at).getTime() + OFFERED_FOR) return "over";
  if (one.state !== "accepted") return one.state;
  if (now > new Date(one.valid_until).getTime()) return "expired";
  return now < new Date(one.valid_from).getTime() ? "future" : "accepted";
}
