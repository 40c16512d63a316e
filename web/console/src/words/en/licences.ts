import type zh from "../zh/licences";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  licences: {
    title: "Licences",
    number: "Number",
    identifier: "Licence identifier",
    state: "State",
    issuer: "Issuing authority",
    holder: "Holder",
    holder_code: "Code of the holder",
    issued_on: "Issued on",
    last_day: "Valid until",
    no_end: "Without end",
    data: "What it says",
    none: "No licences answer this search",
  },
  licence_state: {
    prepared: "Being made",
    in_force: "In force",
    suspended: "Suspended",
    superseded: "Superseded",
    revoked: "Revoked",
    withdrawn: "Withdrawn",
    cancelled: "Cancelled",
    void: "Never issued",
  },
};

export default en;
