/** What the service answers where it does not do what it was asked (RFC 9457). */
export interface ProblemDetails {
  status: number;
  code: string;
  title: string;
  detail?: string;
  cure?: string;
  request?: string;
  [detail: string]: unknown;
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

/** Return an answer's problem, whatever came. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "code" in body && "title" in body) {
    return new Problem({ ...(body as ProblemDetails), status });
  }
  return new Problem({ status, code: "console.unreadable", title: "" });
}
