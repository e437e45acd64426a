import "./support.mjs";
import { ops } from "./stub-ops.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

const NodeURL = URL;
const calls = [];

Object.assign(ops, {
  op_fetch_url: (url) => (NodeURL.canParse(url) ? new NodeURL(url).href : null),
  op_fetch: async (...args) => (calls.push("direct"), [200, null, [], null, args[1], false]),
  op_fetch_with: async (...args) => (calls.push(args[6]), [200, null, [], null, args[1], false]),
});

const { Request, createInboundRequest, fetch } = await import("../../js/fetch/index.js");

const asked = async (input, init) => {
  calls.length = 0;
  await fetch(input, init);
  assert.equal(calls.length, 1);
  return calls[0] === "direct" ? "direct" : JSON.parse(calls[0]);
};

test("only a fetch that asks for caching goes through the cache", async () => {
  const url = "https://a.test/";
  assert.equal(await asked(url), "direct");
  assert.equal(await asked(url, { cf: {} }), "direct");
  assert.equal(await asked(url, { cf: { image: {} }, cache: "no-store" }), "direct");
  assert.deepEqual(await asked(url, { cf: { cacheTtl: 5, image: {} } }), { cacheTtl: 5 });
  assert.deepEqual(await asked(url, { cf: { cacheEverything: true, cacheKey: "k" }, cache: "no-cache" }), {
    cacheEverything: true,
    cacheKey: "k",
    mode: "no-cache",
  });
  const request = new Request(url, { cf: { cacheTtlByStatus: { 200: 1 } } });
  assert.deepEqual(await asked(request), { cacheTtlByStatus: { 200: 1 } });
});

test("the cf of an event's request is not made for it", async () => {
  let made = 0;
  const inbound = createInboundRequest({
    method: "GET",
    url: "https://a.test/",
    headersThunk: () => [],
    bodyId: null,
    cfThunk: () => ((made += 1), { colo: "SJC" }),
    signal: null,
  });
  assert.equal(await asked(inbound), "direct");
  assert.equal(made, 0);
  assert.equal(inbound.cf.colo, "SJC");
  assert.equal(await asked(inbound), "direct");
});
