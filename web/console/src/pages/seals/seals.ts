// What there is of seals, in the order in which people look for it, and who is to do what with one.
import type { components } from "../../api/schema";
import type { Permission } from "../../area";

export type State = components["schemas"]["SealState"];
export type Kind = components["schemas"]["SealKind"];
export type Seal = components["schemas"]["SealView"];
export type SealDetails = components["schemas"]["SealDetails"];
export type Evidence = SealDetails["evidence"][number];
export type EvidenceKind = Evidence["kind"];
export type Ground = NonNullable<Seal["ground"]>;
export type Party = components["schemas"]["PartyView"];

const EVERY_STATE: Record<State, true> = {
  active: true,
  applied: true,
  returned: true,
  approved: true,
  made: true,
  filed: true,
  issued: true,
  suspended: true,
  resuming: true,
  cancelling: true,
  superseded: true,
  cancelled: true,
  invalidated: true,
  destroying: true,
  destroyed: true,
  withdrawn: true,
  rejected: true,
};
const EVERY_KIND: Record<Kind, true> = {
  statutory_name: true,
  business: true,
  contract: true,
  finance: true,
  invoice: true,
  branch: true,
  personal_name: true,
};

/** Every state: the types tell where one is missing. */
export const STATES = Object.keys(EVERY_STATE) as State[];
export const KINDS = Object.keys(EVERY_KIND) as Kind[];

/** Documents that go with an application for a seal of a kind, the needed ones first. */
export function papersFor(kind: Kind | ""): readonly EvidenceKind[] {
  const usual = ["application_letter", "subject_certificate", "representative_identity", "agent_letter"] as const;
  return kind === "personal_name" ? [...usual, "bearer_consent", "other"] : [...usual, "other"];
}

/** Documents without which an application is refused. */
export const NEEDED: readonly EvidenceKind[] = ["application_letter", "subject_certificate"];

/** What a step of a seal's life is called in the history. */
export type Event = SealDetails["history"][number]["event"];

/** Steps after which a dot of the line of time is green, red or grey. */
export function toneOf(state: State): "good" | "bad" | "over" | undefined {
  if (state === "active") return "good";
  if (["suspended", "invalidated", "rejected"].includes(state)) return "bad";
  return ["cancelled", "superseded", "destroyed", "withdrawn"].includes(state) ? "over" : undefined;
}

/** Whose turn it is: the duty named in `seal.turn`, and the permission of the step. */
export const TURN: Partial<Record<State, Permission>> = {
  applied: "seal:review",
  returned: "seal:apply",
  approved: "seal:make",
  made: "seal:file",
  filed: "seal:make",
  issued: "seal:own",
  suspended: "seal:own",
  resuming: "seal:review",
  cancelling: "seal:review",
  cancelled: "seal:destroy",
  superseded: "seal:destroy",
  invalidated: "seal:destroy",
  destroying: "seal:witness",
};
