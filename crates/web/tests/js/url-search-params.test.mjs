import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { provide } from "./stub-ops.mjs";

provide({
  op_encoding_encode: (text) => new TextEncoder().encode(text),
  op_encoding_decode_utf8: (bytes, fatal, ignoreBOM) => new TextDecoder("utf-8", { fatal, ignoreBOM }).decode(bytes),
});
const { URLSearchParams } = await import("../../js/url/url-search-params.js");
const { createSearchParams, replaceSearchParams } = await import("../../js/url/url-search-params.js");
const NodeURLSearchParams = globalThis.URLSearchParams;

const inits = [
  "",
  "?",
  "a=b&c=d",
  "?a=b",
  "??a=b",
  "&&a&&=b&=&a=b=c&",
  "a+b=c+d&e%20f=g%2Bh",
  "%",
  "%4&%4x=%zz&100%=1",
  "%ff%fe=%C3%A9&%e2%82=x",
  "\u00e9=\u20ac&\u{1f600}=\ud800",
  "%EF%BB%BFa=1",
  "a=%00&b=\u0000",
  "q=~!*'()-._ ",
  { a: 1, b: "x y", "c&": "=" },
  [["a", "b"], new Set(["c", "d"])],
  new Map([["m", "n"]]),
];

test("parses and serializes as Node does", () => {
  for (const init of inits) {
    const ours = new URLSearchParams(init);
    const node = new NodeURLSearchParams(init);
    assert.deepEqual([...ours], [...node], `pairs of ${String(init)}`);
    assert.equal(ours.toString(), node.toString());
    assert.equal(ours.size, node.size);
  }
});

test("changes as Node does", () => {
  const steps = [
    (params) => params.append("a", 1),
    (params) => params.append("a", "2"),
    (params) => params.set("a", "3"),
    (params) => params.append("\u{1f600}", "emoji"),
    (params) => params.append("\ufb01", "ligature"),
    (params) => params.append("a", "4"),
    (params) => params.sort(),
    (params) => params.delete("a", "4"),
    (params) => params.set("new", "\ud800"),
    (params) => params.delete("a"),
  ];
  const ours = new URLSearchParams("z=1&y=2&z=3");
  const node = new NodeURLSearchParams("z=1&y=2&z=3");
  for (const step of steps) {
    step(ours);
    step(node);
    assert.deepEqual([...ours], [...node]);
    assert.equal(ours.toString(), node.toString());
  }
});

test("bad arguments are refused", () => {
  assert.throws(() => new URLSearchParams([["a"]]), TypeError);
  assert.throws(() => new URLSearchParams([["a", "b", "c"]]), TypeError);
  assert.throws(() => new URLSearchParams([1]), TypeError);
  assert.throws(() => new URLSearchParams().append("a"), TypeError);
  assert.throws(() => new URLSearchParams().get(Symbol("x")), TypeError);
  assert.throws(() => URLSearchParams.prototype.get.call({}, "a"), TypeError);
});

test("a URL's parameters tell it of changes and follow its own", () => {
  const told = [];
  const params = createSearchParams("a=1", (query) => told.push(query));
  params.append("b", "2");
  params.delete("a");
  replaceSearchParams(params, "c=3");
  assert.deepEqual(told, ["a=1&b=2", "b=2"]);
  assert.equal(params.get("c"), "3");
});

test("a patched Array.prototype does not break it", () => {
  const { push, map, filter } = Array.prototype;
  Array.prototype.push =
    Array.prototype.map =
    Array.prototype.filter =
      () => {
        throw new Error("patched");
      };
  let text;
  try {
    const params = new URLSearchParams("a=1&b=2");
    params.append("c", "3");
    params.delete("b");
    text = params.toString();
  } finally {
    Object.assign(Array.prototype, { push, map, filter });
    for (const key of ["push", "map", "filter"]) Object.defineProperty(Array.prototype, key, { enumerable: false });
  }
  assert.equal(text, "a=1&c=3");
});
