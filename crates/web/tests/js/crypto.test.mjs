// Web Crypto's JavaScript side: normalization, usages, JSON Web Key checks, and what is handed to the native side.

import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { provide } from "./stub-ops.mjs";

const calls = [];
const record =
  (name, result) =>
  (...args) => {
    calls.push([name, ...args]);
    return typeof result === "function" ? result(...args) : result;
  };
let nextId = 1;
let filled = 0;
provide({
  op_crypto_digest: record("digest", () => new Uint8Array(4)),
  op_crypto_digest_async: record("digest_async", async () => new Uint8Array(4)),
  op_crypto_hasher_open: record("hasher_open", () => nextId++),
  op_crypto_hasher_update: record("hasher_update"),
  op_crypto_hasher_finish: record("hasher_finish", () => new Uint8Array([1, 2])),
  op_crypto_key_import: record("import", () => nextId++),
  op_crypto_key_import_jwk: record("import_jwk", () => nextId++),
  op_crypto_key_export: record("export", () => new Uint8Array(16)),
  op_crypto_key_export_jwk: record("export_jwk", () => ({ k: "AAAA" })),
  op_crypto_key_generate: record("generate", () => [nextId++, nextId++]),
  op_crypto_release: () => {},
  op_crypto_sign: record("sign", () => new Uint8Array(8)),
  op_crypto_encrypt: record("encrypt", () => new Uint8Array(8)),
  op_crypto_agree: record("agree", () => new Uint8Array([0xff, 0xff, 0xff])),
  op_crypto_random_fill(view) {
    filled++;
    for (let index = 0; index < view.length; index++) view[index] = (index * 7 + filled) & 0xff;
  },
  op_crypto_timing_safe_equal: () => true,
  op_encoding_encode: (text) => new TextEncoder().encode(text),
});

const { Crypto, crypto } = await import("../../js/crypto/index.js");
const { CryptoKey, SubtleCrypto } = await import("../../js/crypto/subtle-index.js");
const { subtle } = crypto;
const bytes = new Uint8Array(16);

/** The last call of an op. */
const last = (name) => calls.findLast((call) => call[0] === name);
const rejectsAs = (name, promise) => assert.rejects(promise, (error) => assert.equal(error.name, name) === undefined);

test("names match whatever their case, and nothing else matches", async () => {
  await subtle.digest("sha-256", bytes);
  assert.equal(last("digest")[1], "SHA-256");
  await subtle.digest({ name: "mD5" }, bytes);
  assert.equal(last("digest")[1], "MD5");
  await rejectsAs("NotSupportedError", subtle.digest("\u017fHA-256", bytes));
  await rejectsAs("NotSupportedError", subtle.digest("SHA-224", bytes));
  await rejectsAs("NotSupportedError", subtle.digest("constructor", bytes));
  await rejectsAs("NotSupportedError", subtle.importKey("raw", bytes, { name: "HMAC", hash: "MD5" }, true, ["sign"]));
  await rejectsAs("TypeError", subtle.digest({}, bytes));
});

test("much data goes to another thread", async () => {
  const before = calls.length;
  await subtle.digest("SHA-1", new Uint8Array(16 << 20));
  await subtle.digest("SHA-1", new Uint8Array((16 << 20) + 1));
  assert.deepEqual(
    calls.slice(before).map(([name]) => name),
    ["digest", "digest_async"],
  );
});

test("a wrong receiver or too few arguments reject", async () => {
  await rejectsAs("TypeError", subtle.digest.call({}, "SHA-1", bytes));
  await rejectsAs("TypeError", subtle.digest("SHA-1"));
  await rejectsAs("TypeError", subtle.sign("HMAC", {}, bytes));
  assert.throws(() => new SubtleCrypto(), TypeError);
  assert.throws(() => new CryptoKey(), TypeError);
  assert.throws(() => new Crypto(), TypeError);
});

test("a key keeps its own copy of what script sees", async () => {
  const algorithm = { name: "hmac", hash: { name: "sha-512" } };
  const key = await subtle.importKey("raw", bytes, algorithm, false, ["verify", "sign", "sign"]);
  assert.deepEqual(key.algorithm, { name: "HMAC", hash: { name: "SHA-512" }, length: 128 });
  assert.deepEqual(key.usages, ["sign", "verify"]);
  assert.equal(key.algorithm, key.algorithm);
  key.usages.length = 0;
  key.algorithm.name = "AES-CBC";
  await subtle.sign("HMAC", key, bytes);
  await rejectsAs("InvalidAccessError", subtle.exportKey("raw", key));
  await rejectsAs("InvalidAccessError", subtle.sign({ name: "RSA-PSS", saltLength: 0 }, key, bytes));
});

test("usages are checked before, and their lack after", async () => {
  await rejectsAs("SyntaxError", subtle.importKey("raw", bytes, "AES-GCM", true, ["sign"]));
  await rejectsAs("SyntaxError", subtle.importKey("raw", bytes, "AES-GCM", true, []));
  await rejectsAs("TypeError", subtle.importKey("raw", bytes, "AES-GCM", true, ["fly"]));
  await rejectsAs("SyntaxError", subtle.generateKey({ name: "AES-KW", length: 128 }, true, ["encrypt"]));
  await rejectsAs("OperationError", subtle.generateKey({ name: "AES-KW", length: 100 }, true, []));
  await rejectsAs("SyntaxError", subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]));
  await rejectsAs("SyntaxError", subtle.importKey("raw", bytes, "HKDF", true, ["deriveBits"]));
  await rejectsAs("NotSupportedError", subtle.importKey("spki", bytes, "AES-GCM", true, ["encrypt"]));
});

test("a pair shares its usages out", async () => {
  const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, [
    "deriveBits",
  ]);
  assert.deepEqual(
    [publicKey.type, publicKey.extractable, publicKey.type, privateKey.extractable],
    ["public", true, "public", false],
  );
  assert.deepEqual([publicKey.usages, privateKey.usages], [[], ["deriveBits"]]);
  const derived = await subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 11);
  assert.deepEqual(new Uint8Array(derived), new Uint8Array([0xff, 0xe0]));
  await rejectsAs("OperationError", subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 25));
  await rejectsAs("InvalidAccessError", subtle.deriveBits({ name: "ECDH", public: privateKey }, privateKey, 8));
});

test("what a JSON Web Key says of itself must fit", async () => {
  const jwk = { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", alg: "A128GCM", use: "enc", key_ops: ["encrypt"], ext: true };
  const load = (changes, usages = ["encrypt"]) =>
    subtle.importKey("jwk", { ...jwk, ...changes }, "AES-GCM", true, usages);
  assert.deepEqual((await load({})).algorithm, { name: "AES-GCM", length: 128 });
  for (const wrong of [
    { kty: "RSA" },
    { alg: "A256GCM" },
    { use: "sig" },
    { key_ops: ["decrypt"] },
    { key_ops: ["encrypt", "encrypt"] },
    { ext: false },
  ]) {
    await rejectsAs("DataError", load(wrong));
  }
  await rejectsAs("TypeError", subtle.importKey("jwk", bytes, "AES-GCM", true, ["encrypt"]));
  await rejectsAs("TypeError", subtle.importKey("raw", jwk, "AES-GCM", true, ["encrypt"]));
});

test("a wrapped JSON Web Key is hidden from script and fits AES-KW", async () => {
  const secret = await subtle.importKey("raw", bytes, "AES-CBC", true, ["encrypt"]);
  const wrapper = await subtle.importKey("raw", bytes, "AES-KW", false, ["wrapKey"]);
  Object.prototype.toJSON = () => assert.fail("called");
  try {
    await subtle.wrapKey("jwk", secret, wrapper, "AES-KW");
  } finally {
    delete Object.prototype.toJSON;
  }
  const text = new TextDecoder().decode(last("encrypt").at(-1));
  assert.equal(text.length % 8, 0);
  assert.deepEqual(JSON.parse(text), { k: "AAAA", kty: "oct", alg: "A128CBC", key_ops: ["encrypt"], ext: true });
});

test("parameters are copied when the call is made", async () => {
  const key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
  const iv = new Uint8Array(16).fill(1);
  const done = subtle.encrypt({ name: "AES-CBC", iv }, key, bytes);
  iv.fill(2);
  await done;
  assert.deepEqual(last("encrypt")[2], new Uint8Array(16).fill(1));
  await rejectsAs("OperationError", subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(15) }, key, bytes));
});

test("HMAC lengths", async () => {
  const load = (length) => subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-1", length }, true, ["sign"]);
  assert.equal((await load(121)).algorithm.length, 121);
  for (const length of [0, 120, 129]) await rejectsAs("DataError", load(length));
  const made = await subtle.generateKey({ name: "HMAC", hash: "SHA-384" }, true, ["sign"]);
  assert.equal(made.algorithm.length, 1024);
});

test("PBKDF2 has hosted's limit", async () => {
  const key = await subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt: bytes, iterations: 100001 };
  await assert.rejects(subtle.deriveBits(algorithm, key, 256), {
    name: "NotSupportedError",
    message: "Pbkdf2 failed: iteration counts above 100000 are not supported (requested 100001).",
  });
});

test("random values", () => {
  const view = new Uint32Array(4);
  assert.equal(crypto.getRandomValues(view), view);
  for (const wrong of [new Float64Array(1), new DataView(new ArrayBuffer(1))]) {
    assert.throws(() => crypto.getRandomValues(wrong), { name: "TypeMismatchError" });
  }
  assert.throws(() => crypto.getRandomValues(new Uint8Array(65537)), { name: "QuotaExceededError" });
  assert.throws(() => crypto.getRandomValues([]), TypeError);
  const before = filled;
  const uuids = Array.from({ length: 300 }, () => crypto.randomUUID());
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(filled - before, 3);
});

test("DigestStream takes bytes and strings", async () => {
  const stream = new crypto.DigestStream("SHA-256");
  const writer = stream.getWriter();
  await writer.write("caf\u00e9");
  await writer.write(new Uint8Array(3).buffer);
  await writer.close();
  assert.deepEqual(new Uint8Array(await stream.digest), new Uint8Array([1, 2]));
  assert.equal(stream.bytesWritten, 8n);
  const wrong = new crypto.DigestStream("MD5");
  await assert.rejects(wrong.getWriter().write(1), TypeError);
  await assert.rejects(wrong.digest, TypeError);
});

test("timingSafeEqual wants one length", () => {
  assert.equal(subtle.timingSafeEqual(bytes, bytes.buffer), true);
  assert.throws(() => subtle.timingSafeEqual(bytes, new Uint8Array(3)), {
    name: "TypeError",
    message: "Input buffers must have the same byte length.",
  });
});
