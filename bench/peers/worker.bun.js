// A Worker's module on Bun. Usage: bun run worker.bun.js PORT MODULE
const [, , port, path] = Bun.argv;
const { default: worker } = await import(path);

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  maxRequestBodySize: 1 << 30,
  fetch: (request) => worker.fetch(request),
});
