/** Who sees a feature. */
export interface Flag {
  enabled: boolean;
  /** Of all users, so many per cent: 0 to 100. Left out: all. */
  percentage?: number;
  /** Users that see it in any case, while it is enabled. */
  users?: string[];
}

const PREFIX = "flag/";
/** The most keys that one read takes. */
const AT_ONCE = 100;

/** Flags change seldom and are read with every request: a minute in the cache of the place is fine. */
const CACHE_SECONDS = 60;

export async function read(kv: KVNamespace, name: string): Promise<Flag | null> {
  return kv.get<Flag>(PREFIX + name, { type: "json", cacheTtl: CACHE_SECONDS });
}

export async function readAll(kv: KVNamespace): Promise<Map<string, Flag>> {
  const flags = new Map<string, Flag>();
  let cursor: string | undefined;
  do {
    const page = await kv.list({ prefix: PREFIX, limit: AT_ONCE, cursor });
    const keys = page.keys.map((key) => key.name);
    if (keys.length > 0) {
      for (const [key, flag] of await kv.get<Flag>(keys, "json")) {
        if (flag !== null) flags.set(key.slice(PREFIX.length), flag);
      }
    }
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  return flags;
}

export async function write(kv: KVNamespace, name: string, flag: Flag): Promise<void> {
  await kv.put(PREFIX + name, JSON.stringify(flag), { metadata: { changedAt: new Date().toISOString() } });
}

export async function remove(kv: KVNamespace, name: string): Promise<void> {
  await kv.delete(PREFIX + name);
}

/** Whether a user sees the feature. A user gets the same answer each time, and those of 10 % are among those of 20 %. */
export async function isOn(name: string, flag: Flag, user: string): Promise<boolean> {
  if (!flag.enabled) return false;
  if (flag.users?.includes(user)) return true;
  if (flag.percentage === undefined) return true;
  return (await placeOf(`${name}/${user}`)) < flag.percentage;
}

/** A number from 0 to 100, without the latter, that is another one for each feature and user. */
async function placeOf(text: string): Promise<number> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return (new DataView(digest).getUint32(0) / 2 ** 32) * 100;
}

/** A flag as someone sends it; the text says what is wrong with it. */
export function parse(input: unknown): Flag | string {
  if (typeof input !== "object" || input === null) return "a flag is an object";
  const { enabled, percentage, users } = input as Record<string, unknown>;
  if (typeof enabled !== "boolean") return "enabled is true or false";
  if (percentage !== undefined && !(typeof percentage === "number" && percentage >= 0 && percentage <= 100)) {
    return "percentage is a number from 0 to 100";
  }
  const isList = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((user) => typeof user === "string");
  if (users !== undefined && !isList(users)) return "users is a list of names";
  return { enabled, percentage, users };
}
