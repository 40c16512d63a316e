/** What the service answers where it does not do what it was asked (RFC 9457). */
export interface ProblemDetails {
  status: number;
  code: string;
  /** The phrase of the status, in English: nothing for people. */
  title: string;
  /** What happened and what to do, in the reader's language. */
  detail?: string;
  /** What the words are about, by name. */
  details?: Record<string, unknown>;
  /** What whoever helps finds in the log. */
  request_id?: string;
}

/** An answer of the service that is a problem. `code` is stable; the words are in the reader's language. */
export class Problem extends Error {
  constructor(readonly details: ProblemDetails) {
    super(details.title);
  }

  get code(): string {
    return this.details.code;
  }

  get status(): number {
    return this.details.status;
  }
}

/** There was no answer at all. */
export const UNREACHABLE: ProblemDetails = { status: 0, code: "console.unreachable", title: "" };

/** Logging in does not help: the browser keeps no cookies of ours, or does not say where requests come from. */
export const SHUT_OUT: ProblemDetails = { status: 0, code: "console.shut_out", title: "" };

/** Return an answer's problem, whatever came. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "code" in body && "title" in body) {
    return new Problem({ ...(body as ProblemDetails), status });
  }
  return new Problem({ status, code: "console.unreadable", title: "" });
}

/** Tell whether an answer says that nobody is logged in. */
export function hasEnded(body: unknown): boolean {
  return (body as Partial<ProblemDetails> | null)?.code === "request.unauthenticated";
}

/** Return the level that a session lacks where a further factor gives it; a proofing is no matter of factors. */
export function levelNeeded(body: unknown): number | null {
  const { code, details } = (body ?? {}) as Partial<ProblemDetails>;
  return code === "identity.level_too_low" && details?.["missing"] === "factor" ? Number(details["needed"]) : null;
}
