import type zh from "../zh/seals";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  seals: {
    title: "Seals",
    text: "Name, code or filing number",
    state: "State",
    kind: "Kind",
    name: "Name",
    code: "Seal code",
    entered: "In this state since",
    until: "Valid until",
    none: "No seals answer this search",
    search: "Search",
    reset: "Reset",
  },
  seal: {
    title: "Seal",
    life: "Its life",
    facts: "Facts",
    owner: "Owner",
    filing: "Filing number",
    applied: "Applied for",
    by: "By {actor}",
    image: "Image of the seal",
  },
  seal_state: {
    applied: "To be reviewed",
    returned: "Returned",
    withdrawn: "Withdrawn",
    rejected: "Rejected",
    approved: "To be made",
    made: "To be filed",
    filed: "To be issued",
    issued: "To be accepted",
    active: "In use",
    suspended: "Suspended",
    resuming: "Resumption to be approved",
    cancelling: "Cancellation to be approved",
    cancelled: "Cancelled",
    superseded: "Superseded",
    invalidated: "Marked invalid",
    destroying: "Destruction to be witnessed",
    destroyed: "Destroyed",
  },
  seal_kind: {
    statutory_name: "Statutory name",
    finance: "Finance",
    invoice: "Invoices",
    contract: "Contracts",
    business: "Business",
    branch: "Internal or branch body",
    personal_name: "Personal name",
  },
};

export default en;
