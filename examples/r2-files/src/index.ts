// Files in an R2 bucket: uploaded, downloaded whole or in part, listed.

interface Env {
  FILES: R2Bucket;
}

export default {
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    const key = decodeURIComponent(url.pathname.slice(1));
    switch (request.method) {
      case "PUT": {
        // The body goes to the disk as it comes; the headers say what kind of file it is.
        const object = await env.FILES.put(key, request.body, { httpMetadata: request.headers });
        return new Response(null, { status: 201, headers: { etag: object.httpEtag } });
      }
      case "GET":
      case "HEAD":
        return key === "" || key.endsWith("/") ? list(env, key) : download(request, env, key);
      case "DELETE":
        await env.FILES.delete(key);
        return new Response(null, { status: 204 });
      default:
        return new Response("Method not allowed\n", { status: 405, headers: { allow: "GET, HEAD, PUT, DELETE" } });
    }
  },
} satisfies ExportedHandler<Env>;

async function download(request: Request, env: Env, key: string): Promise<Response> {
  const object = await env.FILES.get(key, { onlyIf: request.headers, range: request.headers });
  if (object === null) return new Response("Not found\n", { status: 404 });
  const headers = new Headers({ etag: object.httpEtag, "accept-ranges": "bytes" });
  object.writeHttpMetadata(headers);
  // Without a body: the visitor has the file already.
  if (!("body" in object)) return new Response(null, { status: 304, headers });
  const { offset, length } = object.range as { offset: number; length: number };
  if (length === object.size) return new Response(object.body, { headers });
  headers.set("content-range", `bytes ${offset}-${offset + length - 1}/${object.size}`);
  return new Response(object.body, { status: 206, headers });
}

async function list(env: Env, prefix: string): Promise<Response> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await env.FILES.list({ prefix, delimiter: "/", cursor });
    names.push(...page.delimitedPrefixes, ...page.objects.map(({ key, size }) => `${key} ${size}`));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return new Response(names.map((name) => `${name}\n`).join(""));
}
