// Our inspect() and format() against Node's, value by value. Node's internals stand in for the engine, so the
// file runs itself again with --expose-internals.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

if (process.execArgv.includes("--expose-internals")) {
  await compare();
} else {
  test("inspect() and format() print what Node prints", () => {
    const args = ["--expose-internals", "--no-warnings", fileURLToPath(import.meta.url)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, NODE_TEST_CONTEXT: "" },
    });
    assert.equal(status, 0, stdout + stderr);
  });
}

async function compare() {
  await import("./inspect-stub.mjs");
  const node = await import("node:util");
  const ours = await import("../../js/console/printing.js");
  const { values, calls, optionSets } = await import("./inspect-corpus.mjs");
  let differences = 0;
  // With `showHidden` Node also lists what an object inherits from a class of the guest's or from an unnamed
  // prototype; we list own properties only.
  const inherits =
    /^(map|set)(Iterator|Keys|Values|Entries)$|Iterator$|[gG]enerator$|^bufferShared$|^functionAsync|^functionGenerator$|^intl$|^instanceHeir$|^tagged$|^objectCreated$/;
  const check = (name, expected, actual) => {
    if (expected === actual) return;
    differences++;
    console.log(`--- ${name}\nnode: ${expected}\nours: ${actual}`);
  };
  for (const [name, value] of Object.entries(values)) {
    for (const options of optionSets) {
      if (options.showHidden && inherits.test(name)) continue;
      check(`${name} ${JSON.stringify(options)}`, node.inspect(value, options), ours.inspect(value, options));
    }
  }
  for (const args of calls) check(`format(${node.inspect(args)})`, node.format(...args), ours.format(args));
  console.log(`${Object.keys(values).length} values, ${calls.length} calls, ${differences} differences`);
  process.exitCode = differences === 0 ? 0 : 1;
}
