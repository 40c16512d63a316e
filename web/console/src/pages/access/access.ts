// What there is of accounts, duties and business systems, in the order in which people look for it.
import type { components } from "../../api/schema";
import { i18n } from "../../i18n";
import type { Duty } from "../../session";

type Schemas = components["schemas"];
export type Account = Schemas["AccountView"];
export type AccountState = Schemas["AccountState"];
export type Client = Schemas["ClientDetails"];
export type Peer = Schemas["PeerView"];

const EVERY_STATE: Record<AccountState, true> = { waiting: true, active: true, frozen: true, closed: true };
export const ACCOUNT_STATES = Object.keys(EVERY_STATE) as AccountState[];

/** Whether a duty is held for one organisation (identity/duties.py). */
const FOR_ONE: Record<Duty, boolean> = {
  system_administrator: false,
  security_administrator: false,
  auditor: false,
  registrar: false,
  seal_applicant: true,
  seal_reviewer: false,
  seal_maker: false,
  seal_filer: false,
  seal_owner: true,
  licence_officer: true,
  licence_reviewer: true,
  licence_holder: true,
  business_system: true,
  platform: false,
};
export const DUTIES = Object.keys(FOR_ONE) as Duty[];

/** Duties that persons are given: the others come with the registration of a system. */
export const GRANTED = DUTIES.filter((one) => one !== "business_system" && one !== "platform");

/** Tell whether a duty is held for one organisation. */
export function isForOne(duty: Duty | ""): boolean {
  return duty !== "" && FOR_ONE[duty];
}

/** Return the members of a public key in JWK form, or by the name of its words what is wrong with the text. */
export function readJwk(text: string): Record<string, string> | "wrong_jwk" | "private_jwk" {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return "wrong_jwk";
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return "wrong_jwk";
  if ("d" in found) return "private_jwk";
  const key = found as Record<string, string>;
  const isPublic = key.kty === "EC" && (key.crv === "P-256" || key.crv === "SM2") && Boolean(key.x && key.y);
  return isPublic ? key : "wrong_jwk";
}

/** Return the lines of a text that say something. */
export function lines(text: string): string[] {
  return text.split("\n").flatMap((one) => one.trim() || []);
}

/** Return a number as people read it. */
export function count(number: number): string {
  return new Intl.NumberFormat(i18n.global.locale.value).format(number);
}
