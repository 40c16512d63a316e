// An identity document from its fields to the request.
import type { DocumentBody } from "./identity";
import { citizenFault } from "./identity";
import type { Shown } from "./DocumentFields.vue";

/** Return empty fields. */
export function nothingShown(): Shown {
  return { kind: "resident_identity_card", number: "", country: "", valid_until: "" };
}

/** Tell whether the fields may be sent. */
export function isShown({ kind, number, country }: Shown): boolean {
  if (!number.trim() || (kind === "passport" && !/^[A-Za-z]{3}$/.test(country.trim()))) return false;
  return kind === "resident_identity_card" || kind === "residence_permit" ? !citizenFault(number) : true;
}

/** Return what the service takes. */
export function bodyOf({ kind, number, country, valid_until }: Shown): DocumentBody {
  return {
    kind,
    number: number.trim(),
    country: kind === "passport" ? country.trim().toUpperCase() : "",
    valid_until: valid_until || null,
  };
}
