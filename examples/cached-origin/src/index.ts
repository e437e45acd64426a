interface Env {
  ORIGIN: string;
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, search } = new URL(request.url);
    const target = new URL(pathname + search, env.ORIGIN);
    if (request.method === "PURGE") {
      const purged = await caches.default.delete(request.url);
      return new Response(purged ? "purged\n" : "not in the cache\n", { status: purged ? 200 : 404 });
    }
    if (request.method !== "GET") return fetch(new Request(target, request));

    // Conditions and ranges of the request are heeded: this may be a 304 or a 206.
    const cached = await caches.default.match(request);
    if (cached) return cached;

    const answer = await fetch(new Request(target, request));
    const response = new Response(answer.body, answer);
    response.headers.set("CF-Cache-Status", "MISS");
    if (response.status !== 200) return response;

    // An origin that says nothing of caches is asked once a minute. What it forbids is not kept.
    if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "max-age=60");
    ctx.waitUntil(caches.default.put(request.url, response.clone()));
    return response;
  },
} satisfies ExportedHandler<Env>;
