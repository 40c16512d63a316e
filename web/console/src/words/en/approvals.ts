import type zh from "../zh/approvals";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  approvals: {
    title: "Approvals",
    told: "What needs a second person. You agree to what is shown here, and to nothing else.",
    waiting: "Waiting for me",
    mine: "Proposed by me",
    none_waiting: "Nothing waits for you at present",
    none_mine: "You have proposed nothing",
    by: "Proposed by {actor}, {at}",
    until: "Decide before {date}; after that it is void",
    remark: "Remark (needed to reject)",
    reason: "Why it is withdrawn",
    approve: "Approve",
    reject: "Reject",
    withdraw: "Withdraw",
    approved: "Approved and carried out",
    rejected: "Rejected",
    withdrawn: "Withdrawn",
  },
  proposal_state: {
    proposed: "To be decided",
    approved: "Approved",
    rejected: "Rejected",
    withdrawn: "Withdrawn",
    used: "Carried out",
    expired: "Expired",
  },
};

export default en;
