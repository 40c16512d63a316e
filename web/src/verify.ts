/** Verifies the claim of a licence's QR code in a browser, without a network (docs/qr.md). */
export { type Check, type Claim, type ClaimReport, type Outcome, isAbout, readClaim, verifyClaim } from "./claim.js";
export { type Judged, judge } from "./judging.js";
export { Refused } from "./octets.js";
export { isPoint, sm3, verify } from "./sm2.js";
export { type Status, StatusList, readStatusList } from "./status_list.js";
export { type TrustList, readTrustList } from "./trust_list.js";
