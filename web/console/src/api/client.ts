// Speaks with the API of this service, by the types that its description gives.
import createClient, { type Middleware } from "openapi-fetch";

import { i18n } from "../i18n";
import { Problem, problemOf, UNREACHABLE } from "./problem";
import type { paths } from "./schema";

/** What tells the service that a request comes from the console: no other site can set it without leave. */
const OWN = "X-Xinyin-Console";

const around: Middleware = {
  onRequest({ request }) {
    request.headers.set(OWN, "1");
    request.headers.set("Accept-Language", i18n.global.locale.value);
    return request;
  },
  onError() {
    return new Problem(UNREACHABLE);
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(around);

/** Return what an answer holds, or throw the `Problem` that it is. */
export async function told<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response.status, error);
  return data as Data;
}

/** Return the key of a request that must happen once, however often it is sent (docs/retries.md). */
export function requestKey(): string {
  return crypto.randomUUID();
}
