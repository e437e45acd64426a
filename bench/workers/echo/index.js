// The requests of the benches `echo` (/json) and `body` (/body). Nothing in it is any server's own.
export default {
  /** @param {Request} request */
  async fetch(request) {
    if (request.url.endsWith("/json")) return Response.json(await request.json());
    return new Response(await request.arrayBuffer());
  },
};
