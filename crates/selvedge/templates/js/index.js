/** @type {ExportedHandler<Env>} */
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/") return new Response("Not found\n", { status: 404 });
    return new Response("Hello World!\n");
  },
};
