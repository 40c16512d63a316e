// What a business system registers for sign-on (docs/openid.md).
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Registration = Omit<Schemas["Registration"], "reason">;
export type Scope = Schemas["Scope"];

const EVERY_SCOPE: Record<Scope, true> = {
  openid: true,
  profile: true,
  identity: true,
  organisation: true,
  offline_access: true,
};

/** Every scope: the types tell where one is missing. */
export const SCOPES = Object.keys(EVERY_SCOPE) as Scope[];
export const ALGORITHMS = ["ES256", "SM2SM3"] as const satisfies readonly Schemas["JWSAlgorithm"][];
export const METHODS = ["private_key_jwt", "none"] as const satisfies readonly Schemas["AuthMethod"][];
export const LEVELS = [1, 2, 3] as const;

/** What a new registration begins with. */
export const USUAL: Registration = {
  redirect_uris: [],
  post_logout_redirect_uris: [],
  backchannel_logout_uri: null,
  sector_identifier: null,
  id_token_signed_response_alg: "ES256",
  token_endpoint_auth_method: "private_key_jwt",
  scopes: ["openid"],
  require_pushed_authorization_requests: false,
  dpop_bound_access_tokens: false,
  resources: [],
  level: 1,
};

/** Return a registration as the service tells it, in plain members of the same names. */
export function readRegistration(registered: Record<string, unknown>): Registration {
  return { ...USUAL, ...(registered as Partial<Registration>) };
}
