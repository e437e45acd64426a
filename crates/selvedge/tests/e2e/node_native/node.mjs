// node node.mjs SCRIPT: what Node.js itself shows.

import { run } from "./run.mjs";

const { default: script } = await import(process.argv[2]);
process.stdout.write(await run(script));
