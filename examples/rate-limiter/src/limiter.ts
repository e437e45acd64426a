/** So many requests in so many seconds. */
export interface Limit {
  requests: number;
  seconds: number;
}

export interface Verdict {
  allowed: boolean;
  /** How many more requests there may be in this window. */
  remaining: number;
  /** Seconds until the next window. */
  resetsIn: number;
}

/** What is kept with a client's count. */
interface Window {
  endsAt: number;
}

/** No key of KV lives shorter. */
const SHORTEST_TTL = 60;

/** Counts a request of a client, whose window begins with its first request. */
export async function take(clients: KVNamespace, client: string, limit: Limit, now: number): Promise<Verdict> {
  const key = `client/${client}`;
  const { value, metadata } = await clients.getWithMetadata<Window>(key);

  const isOpen = metadata !== null && metadata.endsAt > now;
  const endsAt = isOpen ? metadata.endsAt : now + limit.seconds * 1000;
  const used = isOpen ? Number(value) : 0;
  const resetsIn = Math.max(1, Math.ceil((endsAt - now) / 1000));
  // A client over its limit writes nothing: the flood that it sends costs a read each.
  if (used >= limit.requests) return { allowed: false, remaining: 0, resetsIn };

  await clients.put(key, `${used + 1}`, {
    metadata: { endsAt } satisfies Window,
    expirationTtl: Math.max(SHORTEST_TTL, resetsIn),
  });
  return { allowed: true, remaining: limit.requests - used - 1, resetsIn };
}
