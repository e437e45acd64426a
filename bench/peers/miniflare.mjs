// miniflare with the Worker of the storage benches, its data in files. Usage: node miniflare.mjs PORT FOLDER SCRIPT
import { Miniflare } from "miniflare";

const [port, folder, script] = process.argv.slice(2);
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: Number(port),
  modules: true,
  scriptPath: script,
  compatibilityDate: "2026-04-01",
  kvNamespaces: { KV: "bench" },
  d1Databases: { DB: "bench" },
  r2Buckets: { BUCKET: "bench" },
  defaultPersistRoot: folder,
});
await miniflare.ready;
