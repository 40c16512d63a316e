// Server-sent events (WHATWG HTML, 9.2) read from an answer: an EventSource cannot send the console's own header.

/** Yield the data of each event of a stream, as JSON. */
export async function* changesOf<Data>(stream: ReadableStream<Uint8Array>): AsyncGenerator<Data> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let kept = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (kept + value).split(/\r?\n\r?\n/);
    kept = events.pop() ?? "";
    for (const one of events) {
      const data = one
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n");
      if (data) yield JSON.parse(data) as Data;
    }
  }
}
