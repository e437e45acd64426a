// A Worker's module on Deno. Usage: deno run worker.deno.js PORT MODULE
const [port, path] = Deno.args;
const { default: worker } = await import(path);

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, (request) => worker.fetch(request));
