// The steps of a seal's life, as buttons: from which states, by whose permission, and what is asked for each.
import { api, told } from "../../api/client";
import type { Permission } from "../../area";
import { session } from "../../session";

import type { EvidenceKind, Ground, Seal, SealDetails, State } from "./seals";

/** What whoever takes a step tells with it. */
export interface Told {
  reason: string;
  ground?: Ground;
  /** A moment of ISO 8601, where the step has one. */
  since?: string;
  evidence: string[];
}

export interface Act {
  /** Its name among the words: `seal_act.<name>`, with `title`, `told` and `done`. */
  name: string;
  permission: Permission;
  states: readonly State[];
  /** Whether it is what the seal waits for, something else that can be done, or the end of something. */
  weight: "next" | "other" | "grave";
  /** Whether the same person may take it who took the step before. */
  alone?: true;
  /** Whether it is a review: nobody's who applied. */
  review?: true;
  reasoned?: true;
  /** Whether it ends something, though it is what the seal waits for. */
  final?: true;
  /** A reason that is there already, to be changed or kept: among the words. */
  usual?: true;
  grounds?: readonly Ground[];
  /** `lost`: when the seal was lost, where it was; `must`: when, in any case. */
  since?: "lost" | "must";
  /** Documents that may be put forward, the first of which must be where `needs` says so. */
  papers?: readonly EvidenceKind[];
  needs?: EvidenceKind;
  send: (seal: string, told: Told) => Promise<Seal>;
}

const OF_AUTHORITY = ["renamed", "merged", "dissolved", "bankrupt"] as const satisfies readonly Ground[];
const OF_OWNER = ["no_longer_needed", "lost", "key_compromised", ...OF_AUTHORITY] as const satisfies readonly Ground[];

/** Grounds with a moment of their own: since when others may have had the seal. */
export const COMPROMISING: readonly Ground[] = ["lost", "key_compromised"];

type Plain = "making" | "filing" | "issue" | "acceptance";
type Reasoned =
  | "withdrawal"
  | "return"
  | "rejection"
  | "approval"
  | "sending-back"
  | "refusal"
  | "discarding"
  | "resumption"
  | "resume-refusal"
  | "cancellation-refusal"
  | "cancellation-confirmation";

const at = (seal: string) => ({ params: { path: { seal } } });
const plain = (step: Plain) => (seal: string) => told(api.POST(`/v1/seals/{seal}/${step}`, at(seal)));
const reasoned = (step: Reasoned) => (seal: string, { reason }: Told) =>
  told(api.POST(`/v1/seals/{seal}/${step}`, { ...at(seal), body: { reason } }));

/** In the order in which they stand beside each other. */
export const ACTS: readonly Act[] = [
  { name: "approve", permission: "seal:review", states: ["applied"], weight: "next", review: true, reasoned: true, usual: true, send: reasoned("approval") },
  { name: "return", permission: "seal:review", states: ["applied"], weight: "other", review: true, reasoned: true, send: reasoned("return") },
  { name: "reject", permission: "seal:review", states: ["applied"], weight: "grave", review: true, reasoned: true, send: reasoned("rejection") },
  { name: "make", permission: "seal:make", states: ["approved"], weight: "next", send: plain("making") },
  { name: "send_back", permission: "seal:make", states: ["approved"], weight: "other", reasoned: true, send: reasoned("sending-back") },
  { name: "file", permission: "seal:file", states: ["made"], weight: "next", send: plain("filing") },
  { name: "issue", permission: "seal:make", states: ["filed"], weight: "next", send: plain("issue") },
  { name: "accept", permission: "seal:own", states: ["issued"], weight: "next", send: plain("acceptance") },
  { name: "refuse", permission: "seal:own", states: ["issued"], weight: "other", reasoned: true, send: reasoned("refusal") },
  { name: "request_resume", permission: "seal:own", states: ["suspended"], weight: "next", alone: true, reasoned: true, papers: ["other"],
    send: (seal, { reason, evidence }) => told(api.POST("/v1/seals/{seal}/resume-request", { ...at(seal), body: { reason, evidence } })) },
  { name: "resume", permission: "seal:review", states: ["resuming"], weight: "next", reasoned: true, usual: true, send: reasoned("resumption") },
  { name: "refuse_resume", permission: "seal:review", states: ["resuming"], weight: "other", reasoned: true, send: reasoned("resume-refusal") },
  { name: "confirm_cancel", permission: "seal:review", states: ["cancelling"], weight: "next", final: true, reasoned: true, send: reasoned("cancellation-confirmation") },
  { name: "refuse_cancel", permission: "seal:review", states: ["cancelling"], weight: "other", reasoned: true, send: reasoned("cancellation-refusal") },
  { name: "withdraw", permission: "seal:apply", states: ["applied", "returned"], weight: "other", alone: true, reasoned: true, send: reasoned("withdrawal") },
  { name: "lose", permission: "seal:own", states: ["active"], weight: "grave", alone: true, reasoned: true, usual: true, since: "must", papers: ["loss_declaration", "other"],
    send: (seal, { reason, since, evidence }) =>
      told(api.POST("/v1/seals/{seal}/suspension", { ...at(seal), body: { reason, lost_at: since, evidence } })) },
  { name: "suspend", permission: "seal:stop", states: ["active"], weight: "other", alone: true, reasoned: true, papers: ["other"],
    send: (seal, { reason, evidence }) => told(api.POST("/v1/seals/{seal}/suspension", { ...at(seal), body: { reason, evidence } })) },
  { name: "report_loss", permission: "seal:own", states: ["suspended", "resuming", "cancelling"], weight: "other", alone: true, reasoned: true, usual: true, since: "must", papers: ["loss_declaration", "other"],
    send: (seal, { reason, since, evidence }) =>
      told(api.POST("/v1/seals/{seal}/loss-report", { ...at(seal), body: { reason, lost_at: since ?? new Date().toISOString(), evidence } })) },
  { name: "cancel", permission: "seal:own", states: ["active", "suspended", "resuming"], weight: "grave", reasoned: true, grounds: OF_OWNER, since: "lost", papers: ["change_record", "other"],
    send: (seal, { reason, ground, since, evidence }) =>
      told(api.POST("/v1/seals/{seal}/cancellation", { ...at(seal), body: { reason, ground: ground ?? "no_longer_needed", compromised_at: since, evidence } })) },
  { name: "propose_cancel", permission: "seal:review", states: ["active", "suspended", "resuming"], weight: "grave", alone: true, reasoned: true, grounds: OF_AUTHORITY, papers: ["change_record", "other"], needs: "change_record",
    send: (seal, { reason, ground, evidence }) =>
      told(api.POST("/v1/seals/{seal}/cancellation-proposal", { ...at(seal), body: { reason, ground: ground ?? "renamed", evidence } })) },
  { name: "discard", permission: "seal:review", states: ["made", "filed", "issued"], weight: "grave", reasoned: true, send: reasoned("discarding") },
  { name: "invalidate", permission: "seal:review", states: ["made", "filed", "issued", "active", "suspended", "resuming", "cancelling", "cancelled", "superseded"], weight: "grave", reasoned: true, papers: ["decision", "other"], needs: "decision",
    send: (seal, { reason, evidence }) => told(api.POST("/v1/seals/{seal}/invalidation", { ...at(seal), body: { reason, evidence } })) },
  { name: "request_destroy", permission: "seal:destroy", states: ["cancelled", "superseded", "invalidated"], weight: "grave", reasoned: true, usual: true,
    send: (seal, { reason }) => told(api.POST("/v1/seal-destructions/{seal}/request", { ...at(seal), body: { reason } })) },
  { name: "destroy", permission: "seal:witness", states: ["destroying"], weight: "grave", reasoned: true, usual: true,
    send: (seal, { reason }) => told(api.POST("/v1/seal-destructions/{seal}/witness", { ...at(seal), body: { reason } })) },
];

/** Return what can be done with a seal in its state by whoever works here, leaving four eyes aside. */
export function possible(seal: Seal): Act[] {
  return ACTS.filter((one) => one.states.includes(seal.state) && session.mayFor(seal.owner, one.permission));
}

/** Tell whether a step is another person's: who took the one before, or applied, does not take it (四眼原则). */
export function isAnother(act: Act, history: SealDetails["history"]): boolean {
  const me = session.me.value?.id;
  if (act.alone) return false;
  if (act.review && history.some((one) => ["apply", "resubmit"].includes(one.event) && one.actor === me)) return true;
  return history.at(-1)?.actor === me;
}
