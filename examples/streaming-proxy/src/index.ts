interface Env {
  ORIGIN: string;
}

export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    const response = await fetch(new Request(new URL(pathname + search, env.ORIGIN), request));
    if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/")) return response;

    const numbered = new Response(response.body.pipeThrough(numberLines()), response);
    numbered.headers.delete("Content-Length");
    return numbered;
  },
} satisfies ExportedHandler<Env>;

/** Puts a number before each line, and passes each line on as soon as it is whole: no body is ever held in memory. */
function numberLines(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  let number = 0;
  const numbered = (line: string) => encoder.encode(`${++number}: ${line}\n`);

  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(numbered(line));
    },
    flush(controller) {
      rest += decoder.decode();
      if (rest !== "") controller.enqueue(numbered(rest));
    },
  });
}
