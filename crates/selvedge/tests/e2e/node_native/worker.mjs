// The scripts in a Worker: GET /NAME gives what it shows.

import ciphers from "./ciphers.mjs";
import digests from "./digests.mjs";
import exchange from "./exchange.mjs";
import files from "./files.mjs";
import keys from "./keys.mjs";
import zlib from "./zlib.mjs";
import { run } from "./run.mjs";

const scripts = { ciphers, digests, exchange, files, keys, zlib };

export default {
  async fetch(request) {
    return new Response(await run(scripts[new URL(request.url).pathname.slice(1)]));
  },
};
