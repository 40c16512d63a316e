// Watching a bulk job: the service tells each change by itself (server-sent events), and is asked now and then where
// that cannot be. `EventSource` sends no header of ours, so the stream is read here.
import { api, told } from "../../api/client";
import type { Job } from "./licences";

const PAUSE = 3_000;
const ENDED: readonly string[] = ["finished", "refused", "cancelled"];

/** Tell whether nothing will happen to a job any more. */
export function hasEnded(job: Job): boolean {
  return ENDED.includes(job.state);
}

/** Return the events of a stream, one by one: the name and the data of each (WHATWG HTML, 9.2.6). */
export async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ event: string; data: string }> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (waiting + decoder.decode(value, { stream: true }).replace(/\r/g, "")).split("\n\n");
    waiting = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      const of = (name: string) =>
        lines.filter((one) => one.startsWith(`${name}:`)).map((one) => one.slice(name.length + 1).replace(/^ /, ""));
      const data = of("data").join("\n");
      if (data) yield { event: of("event")[0] ?? "message", data };
    }
  }
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
      for await (const one of eventsOf(stream)) {
        const now = JSON.parse(one.data) as Job;
        seen = now.changes;
        tell(now, true);
        if (hasEnded(now)) return;
      }
    } catch {
      if (signal.aborted) return;
      const now = await told(api.GET("/v1/bulk-jobs/{job}", { params: { path }, signal })).catch(() => undefined);
      if (now) tell(now, false);
      if (now && hasEnded(now)) return;
      await new Promise((wake) => setTimeout(wake, PAUSE));
    }
  }
}
