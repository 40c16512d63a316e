// Watching a bulk job: the service tells each change by itself (server-sent events), and is asked now and then where
// that cannot be.
import { api, told } from "../../api/client";
import { changesOf } from "../../api/events";
import { Problem } from "../../api/problem";
import type { Job } from "./licences";

const PAUSE = 3_000;
const ENDED: readonly string[] = ["finished", "refused", "cancelled"];

/** Tell whether nothing will happen to a job any more. */
export function hasEnded(job: Job): boolean {
  return ENDED.includes(job.state);
}

/** Tell whether the service will never tell of a job, however often it is asked: each refusal is put on record. */
function isRefused(error: unknown): boolean {
  return error instanceof Problem && [403, 404].includes(error.status);
}

/** Follow a job until it has ended or `signal` says to stop: `tell` gets each state, and whether it comes by itself. */
export async function follow(job: string, signal: AbortSignal, tell: (now: Job, live: boolean) => void): Promise<void> {
  const path = { job };
  let seen = 0;
  while (!signal.aborted) {
    try {
      const header = { "Last-Event-ID": String(seen) };
      const asked = api.GET("/v1/bulk-jobs/{job}/events", { params: { path, header }, parseAs: "stream", signal });
      const stream = (await told(asked)) as unknown as ReadableStream<Uint8Array>;
      for await (const now of changesOf<Job>(stream)) {
        seen = now.changes;
        tell(now, true);
        if (hasEnded(now)) return;
      }
    } catch (error) {
      if (signal.aborted || isRefused(error)) return;
      const now = await told(api.GET("/v1/bulk-jobs/{job}", { params: { path }, signal })).catch(() => undefined);
      if (now) tell(now, false);
      if (now && hasEnded(now)) return;
    }
    await new Promise((wake) => setTimeout(wake, PAUSE)); // whoever ends streams at once is not asked at once again
  }
}
