import { take, type Limit } from "./limiter";

interface Env {
  CLIENTS: KVNamespace;
  LIMIT: number;
  WINDOW_SECONDS: number;
}

export default {
  async fetch(request, env) {
    const limit: Limit = { requests: env.LIMIT, seconds: env.WINDOW_SECONDS };
    // Set by the server itself: a client cannot choose it.
    const client = request.headers.get("CF-Connecting-IP") ?? "unknown";
    const { allowed, remaining, resetsIn } = await take(env.CLIENTS, client, limit, Date.now());

    const headers = {
      "RateLimit-Limit": `${limit.requests}`,
      "RateLimit-Remaining": `${remaining}`,
      "RateLimit-Reset": `${resetsIn}`,
    };
    if (!allowed) {
      return Response.json(
        { error: "too many requests", retryAfter: resetsIn },
        { status: 429, headers: { ...headers, "Retry-After": `${resetsIn}` } },
      );
    }
    return Response.json({ message: "welcome", remaining }, { headers });
  },
} satisfies ExportedHandler<Env>;
