const [, , port] = Bun.argv;

Bun.serve({ hostname: "127.0.0.1", port: Number(port), fetch: () => new Response("Hello World") });
