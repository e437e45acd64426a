import { isOn, parse, read, readAll, remove, write } from "./flags";

interface Env {
  FLAGS: KVNamespace;
  ADMIN_TOKEN?: string;
}

const NAME = /^\/flags\/([a-z0-9-]{1,64})$/;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const user = url.searchParams.get("user") ?? "anonymous";
    if (url.pathname === "/flags" && request.method === "GET") return Response.json(await evaluate(env, user));

    const [, name] = NAME.exec(url.pathname) ?? [];
    if (name === undefined) return fail(404, "not found");
    switch (request.method) {
      case "GET": {
        const flag = await read(env.FLAGS, name);
        // What is not there is off: a client need not know which flags exist.
        return Response.json({ name, user, on: flag !== null && (await isOn(name, flag, user)) });
      }
      case "PUT": {
        if (!isAdmin(request, env)) return fail(401, "send the admin token: Authorization: Bearer <token>");
        const flag = parse(await request.json().catch(() => null));
        if (typeof flag === "string") return fail(422, flag);
        await write(env.FLAGS, name, flag);
        return Response.json(flag);
      }
      case "DELETE":
        if (!isAdmin(request, env)) return fail(401, "send the admin token: Authorization: Bearer <token>");
        await remove(env.FLAGS, name);
        return new Response(null, { status: 204 });
      default:
        return fail(405, "GET, PUT or DELETE", { Allow: "GET, PUT, DELETE" });
    }
  },
} satisfies ExportedHandler<Env>;

/** Which features a user sees, of all that there are. */
async function evaluate(env: Env, user: string): Promise<Record<string, boolean>> {
  const all: Record<string, boolean> = {};
  for (const [name, flag] of await readAll(env.FLAGS)) all[name] = await isOn(name, flag, user);
  return all;
}

function isAdmin(request: Request, env: Env): boolean {
  const sent = new TextEncoder().encode(request.headers.get("Authorization") ?? "");
  const wanted = new TextEncoder().encode(`Bearer ${env.ADMIN_TOKEN}`);
  // In constant time: how long it takes says nothing about the token.
  return env.ADMIN_TOKEN !== undefined && sent.length === wanted.length && crypto.subtle.timingSafeEqual(sent, wanted);
}

function fail(status: number, error: string, headers?: HeadersInit): Response {
  return Response.json({ error }, { status, headers });
}
