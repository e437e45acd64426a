// What the console prints by itself, which is to be what the code that prints any value makes of it.

import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { provide } from "./stub-ops.mjs";

const printed = [];
provide({
  op_console_log: (_level, text) => printed.push(text),
  op_inspect_kind: () => 0,
  op_inspect_keys: (object) => Object.keys(object),
  op_inspect_constructor_name: () => "Object",
});

const { console } = await import("../../js/console/index.js");
const { format } = await import("../../js/console/printing.js");

/** @param {unknown[]} args */
function print(args) {
  printed.length = 0;
  console.log(...args);
  return printed[0];
}

test("what needs no inspection is printed as what prints all values prints it", () => {
  const values = [
    "",
    "a",
    "%s",
    "100%",
    "%%",
    0,
    -0,
    1.5,
    -1e21,
    NaN,
    Infinity,
    true,
    undefined,
    null,
    1n,
    Symbol("s"),
  ];
  for (const first of values) {
    assert.equal(print([first]), format([first]));
    for (const second of values) {
      assert.equal(print([first, second]), format([first, second]));
      assert.equal(print(["a", first, second]), format(["a", first, second]));
    }
  }
  assert.equal(print([]), format([]));
});

test("of what is endless no more is put together than is printed", () => {
  const long = "x".repeat(200_000);
  assert.equal(print([long, long, long, long]).length, 256 * 1024 + 1);
});
