// Which events of the audit trail are behind a figure (api/figures.py counts by the same).
import type { components } from "../../api/schema";

type Figure = components["schemas"]["FiguresView"]["figures"][number]["figure"];

export const EVENTS_OF: Record<Figure, readonly string[]> = {
  stampings: ["seal:stamp:done", "seal:stamp_batch:done"],
  issued: ["licence:release:done"],
  verifications: ["verification:count:done"],
  refusals: [
    "access:check:refused",
    "arrival:arrive:refused",
    "live_code:check:refused",
    "openid_login:ask:refused",
    "openid_token:ask:refused",
    "openid_token:issue:refused",
    "openid_token:reuse:refused",
    "password:change:refused",
    "session:bear:refused",
    "session:begin:refused",
    "sharing:call:refused",
    "ticket:exchange:refused",
    "token:issue:refused",
  ],
};
