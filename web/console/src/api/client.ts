// Speaks with the API of this service, by the types that its description gives.
import createClient, { type Middleware } from "openapi-fetch";

import { language } from "../language";
import { regained, strengthened } from "./gate";
import { hasEnded, levelNeeded, Problem, problemOf, UNREACHABLE } from "./problem";
import type { paths } from "./schema";

/** What tells the service that a request comes from the console: no other site can set it without leave. */
const OWN = "X-Xinyin-Console";

const around: Middleware = {
  onRequest({ request }) {
    request.headers.set(OWN, "1");
    request.headers.set("Accept-Language", language.value);
    return request;
  },
  onError() {
    return new Problem(UNREACHABLE);
  },
};

/** When the service was asked last. */
export const asking = { last: Date.now() };

/** Ask the service. Where the session has ended, log in; where it proves too little, prove more and ask again. */
async function ask(request: Request): Promise<Response> {
  const again = request.clone();
  const isAct = request.method !== "GET";
  asking.last = Date.now();
  const answer = await fetch(request);
  if (answer.status !== 401) return answer;
  const body: unknown = await answer.clone().json().catch(() => null);
  if (hasEnded(body)) {
    await regained(isAct);
    return ask(again);
  }
  const needed = levelNeeded(body); // RFC 9470, 3
  return needed !== null && (await strengthened(needed)) ? ask(again) : answer;
}

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin", fetch: ask });
api.use(around);

/** The same, for whoever deals with the end of the session and its level by themselves: the frame. */
export const plain = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
plain.use(around);

/** Return what an answer holds, or throw the `Problem` that it is. */
export async function told<Data>(
  asked: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response.status, error);
  return data as Data;
}

/** Tell whether the service answers at all. */
export function isThere(): Promise<boolean> {
  return plain.GET("/v1/instance").then(
    () => true,
    () => false,
  );
}

/** Return the key of a request that must happen once, however often it is sent (docs/retries.md). */
export function requestKey(): string {
  return crypto.randomUUID();
}
