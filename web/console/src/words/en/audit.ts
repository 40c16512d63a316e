import type zh from "../zh/audit";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  audit: {
    title: "Audit trail",
    intact: "The trail holds: {events} events, {checkpoints} signed checkpoints",
    broken: "The trail does not hold! {events} events, {checkpoints} signed checkpoints",
    sequence: "No.",
    at: "Time",
    tag: "Event",
    actor: "By",
    subject: "About",
    facts: "Facts",
    earlier: "Earlier",
    later: "Later",
  },
};

export default en;
