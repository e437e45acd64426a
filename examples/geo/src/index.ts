interface Env {
  EU_ORIGIN: string;
  WORLD_ORIGIN: string;
}

export default {
  async fetch(request, env) {
    const visitor = request.cf;
    const origin = visitor?.isEUCountry === "1" ? env.EU_ORIGIN : env.WORLD_ORIGIN;

    const { pathname, search } = new URL(request.url);
    const forwarded = new Request(new URL(pathname + search, origin), request);
    forwarded.headers.set("X-Visitor-Country", visitor?.country ?? "XX");
    return fetch(forwarded);
  },
} satisfies ExportedHandler<Env>;
