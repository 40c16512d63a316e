import type zh from "../zh/audit";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  audit_kind: { person: "Person", organisation: "Organisation", client: "System", seal: "Seal", licence: "Licence" },
  audit: {
    title: "Audit trail",
    told: "Who did what to which thing, and when. Each event is chained to the one before and sealed by signed checkpoints.",
    intact: "The trail is whole: {events} events, {checkpoints} signed checkpoints",
    broken: "The trail does not hold from event {place} on ({events} events, {checkpoints} signed checkpoints)",
    check: "Check the whole trail",
    noun: "Kind",
    every_noun: "Every kind",
    tag: "Event",
    every_tag: "Every event",
    actor: "Who",
    subject: "Thing",
    actor_hint: "Name or identifier",
    subject_hint: "Name or number",
    since: "From",
    until: "Before",
    sequence: "Number",
    at: "When",
    integrity: "Integrity",
    none: "No event is as you asked for",
    only_actor: "Only by this one",
    only_subject: "Only about this thing",
    digest: "Hash of the event",
    code: "Code of the event",
    checkpoint: "Checkpoint",
    export: "Export with proof",
    exported: "Exported: verify it with trust audit verify-export",
    export_told:
      "The events that you look at (5,000 at most) with the chain between them and the signed checkpoint. Whoever gets the file verifies it without access to this system. The export itself is recorded.",
    export_narrow: "Choose an event, who, a thing, or a beginning first",
  },
  integrity: { sealed: "Sealed", chained: "Chained", broken: "Broken" },
  integrity_told: {
    sealed: "As recorded, and a signed checkpoint follows",
    chained: "As recorded; the next checkpoint is not signed yet",
    broken: "Not as recorded: investigate at once",
  },
};

export default en;
