// What the parts of the page share: how an end is told, and commands that are there to be copied.
import type { components } from "../../api/schema";

export type KeyInCustody = components["schemas"]["KeyInCustody"];
export type RoleView = components["schemas"]["RoleView"];
export type Certificate = components["schemas"]["CertificateFacts"];

const DAY = 86_400_000;
/** Days before its end from which on a certificate is warned of. */
const NOTICE = 30;

/** Tell how near a certificate is to its end. */
export function standing(certificate: Certificate, now = Date.now()): "revoked" | "over" | "soon" | "good" {
  if (certificate.revoked_at) return "revoked";
  const left = new Date(certificate.not_after).getTime() - now;
  if (left <= 0) return "over";
  return left < NOTICE * DAY ? "soon" : "good";
}
