// The scripts in a Worker: GET /NAME gives what it shows.

import assert from "./assert.mjs";
import buffer from "./buffer.mjs";
import context from "./context.mjs";
import events from "./events.mjs";
import path from "./path.mjs";
import stream from "./stream.mjs";
import util from "./util.mjs";
import { run } from "./run.mjs";

const scripts = { assert, buffer, context, events, path, stream, util };

export default {
  async fetch(request) {
    return new Response(await run(scripts[new URL(request.url).pathname.slice(1)]));
  },
};
