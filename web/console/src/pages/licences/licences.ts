// What there is of licences, in the order in which people look for it. The types tell where something is missing.
import type { components } from "../../api/schema";
import type { Permission } from "../../area";
import { session } from "../../session";

type Schemas = components["schemas"];
export type Licence = Schemas["LicenceView"];
export type LicenceDetails = Schemas["LicenceDetails"];
export type State = Schemas["LicenceState"];
export type Ground = Schemas["licence__grounds__Ground"];
export type Desk = Schemas["DeskDetails"];
export type Request = Schemas["RequestView"];
export type Job = Schemas["BulkJobView"];
export type Step = Schemas["StepRequest"]["event"];
export type Succession = Schemas["EditionIssue"]["event"];

const EVERY_STATE: Record<State, true> = {
  in_force: true,
  suspended: true,
  superseded: true,
  revoked: true,
  withdrawn: true,
  cancelled: true,
  prepared: true,
  void: true,
};
export const STATES = Object.keys(EVERY_STATE) as State[];

/** What may be done to a licence in a state, as its life says (docs/lifecycles.md). */
export const STEPS: Record<State, readonly Step[]> = {
  in_force: ["suspend", "revoke", "withdraw", "cancel"],
  suspended: ["restore", "revoke", "withdraw", "cancel"],
  superseded: [],
  revoked: [],
  withdrawn: [],
  cancelled: [],
  prepared: [],
  void: [],
};

/** By which events a new edition takes the place of a licence in force. */
export const SUCCESSIONS: readonly Succession[] = ["change", "renew", "replace", "correct"];

/** The grounds of the steps that have some (行政许可法第八条、第六十九条、第七十条). */
export const GROUNDS: Partial<Record<Step, readonly Ground[]>> = {
  withdraw: [
    "fraud",
    "not_eligible",
    "procedure_breached",
    "beyond_competence",
    "abuse_of_office",
    "public_interest",
    "other",
  ],
  cancel: [
    "renounced",
    "lapsed",
    "holder_dissolved",
    "holder_incapable",
    "grant_ended",
    "impossible",
    "other",
  ],
};

/** Return the authorities for which somebody has one of these permissions. */
export function authorities(...permissions: Permission[]): string[] {
  const held = (session.me.value?.duties ?? []).flatMap((one) => (one.organisation ? [one.organisation] : []));
  return [...new Set(held)].filter((one) => permissions.some((permission) => session.mayFor(one, permission)));
}

/** Tell whether a type asks for a second person at an event. */
export function wantsTwo(type: Record<string, unknown>, event: string): boolean {
  return Array.isArray(type.four_eyes) && type.four_eyes.includes(event);
}

const EVERY_REQUEST_STATE: Record<Schemas["RequestState"], true> = {
  requested: true,
  approved: true,
  done: true,
  refused: true,
  withdrawn: true,
};
export const REQUEST_STATES = Object.keys(EVERY_REQUEST_STATE) as Schemas["RequestState"][];

export type JobState = Schemas["JobState"];
const EVERY_JOB_STATE: Record<Schemas["JobState"], true> = {
  received: true,
  checking: true,
  validated: true,
  running: true,
  paused: true,
  finished: true,
  refused: true,
  cancelled: true,
};
export const JOB_STATES = Object.keys(EVERY_JOB_STATE) as Schemas["JobState"][];

/** Return what a seal is called among those of a desk: with its owner, where there are several authorities' seals. */
export function sealWord(desk: Desk, { name, owner_name: owner }: Desk["seals"][number]): string {
  return desk.seals.every((one) => one.owner_name === owner) ? name : `${name} · ${owner}`;
}
