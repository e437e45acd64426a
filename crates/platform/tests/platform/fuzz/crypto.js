// Keys as JWK, PKCS #8, SPKI and raw bytes, damaged, and what is imported all the same put to use
// (https://w3c.github.io/webcrypto/).

import { KEYS } from "./keys.js";
import { attempt, attemptAsync, check, same, show, target } from "./lib.js";

const { subtle } = crypto;

/** What importKey may reject with. */
const IMPORT = ["DataError", "NotSupportedError", "SyntaxError", "TypeError"];
/** What the operations may. */
const USE = ["OperationError", "InvalidAccessError", "NotSupportedError"];

const rsa = (/** @type {string} */ name) => ({ name, hash: "SHA-256" });
const ec = (/** @type {string} */ name, /** @type {string} */ namedCurve) => ({ name, namedCurve });

/** An algorithm, a good private key of it, what its private and its public half are for. @type {any[]} */
const PAIRS = [
  [ec("ECDSA", "P-256"), KEYS.p256, ["sign"], ["verify"]],
  [ec("ECDSA", "P-384"), KEYS.p384, ["sign"], ["verify"]],
  [ec("ECDSA", "P-521"), KEYS.p521, ["sign"], ["verify"]],
  [ec("ECDH", "P-256"), KEYS.p256, ["deriveBits"], []],
  [ec("ECDH", "P-384"), KEYS.p384, ["deriveBits"], []],
  [{ name: "Ed25519" }, KEYS.ed25519, ["sign"], ["verify"]],
  [{ name: "X25519" }, KEYS.x25519, ["deriveBits"], []],
  [rsa("RSASSA-PKCS1-v1_5"), KEYS.rsa, ["sign"], ["verify"]],
  [rsa("RSA-PSS"), KEYS.rsa, ["sign"], ["verify"]],
  [rsa("RSA-OAEP"), KEYS.rsa, ["decrypt"], ["encrypt"]],
];

/** @type {any[]} */
const SECRETS = [
  [{ name: "AES-GCM" }, ["encrypt", "decrypt"]],
  [{ name: "AES-CBC" }, ["encrypt", "decrypt"]],
  [{ name: "AES-CTR" }, ["encrypt", "decrypt"]],
  [{ name: "AES-KW" }, ["wrapKey", "unwrapKey"]],
  [{ name: "HMAC", hash: "SHA-256" }, ["sign", "verify"]],
  [{ name: "HMAC", hash: "SHA-512", length: 9 }, ["sign", "verify"]],
  [{ name: "HKDF" }, ["deriveBits"]],
  [{ name: "PBKDF2" }, ["deriveBits"]],
];

/** @param {any} jwk the public half of a private JWK */
function publicHalf({ kty, crv, x, y, n, e }) {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
}

/** @param {import("./lib.js").Random} random @param {any} jwk */
function mutateJwk(random, jwk) {
  const damaged = { ...jwk };
  for (let left = 1 + random.below(2); left > 0; left--) {
    const member = random.pick([...Object.keys(damaged), "d", "k", "alg", "use", "key_ops", "ext", "oth", "p"]);
    const before = damaged[member];
    damaged[member] = random.pick([
      () => undefined,
      () => (typeof before === "string" ? random.mutateText(before) : "AQAB"),
      () => (typeof before === "string" ? before.slice(1) : ""),
      () => (typeof before === "string" ? `AAAA${before}` : "="),
      () => "AA",
      () =>
        random.pick([1, null, {}, [], ["sign"], ["sign", "sign"], true, "sig", "enc", "RS256", "ES256", [{}], ["x"]]),
      () => random.word(12),
    ])();
  }
  return damaged;
}

/** A key's algorithm, as it is, or another's. @param {import("./lib.js").Random} random @param {any} own */
const someAlgorithm = (random, own) => (random.once(6) ? random.pick([...PAIRS, ...SECRETS])[0] : own);

/** @param {any} algorithm */
const signing = (algorithm) => ({ ...algorithm, hash: "SHA-256", saltLength: 20 });

/** @param {any} key @returns {any} parameters of encryption with it */
function cipher({ algorithm: { name } }) {
  return { name, iv: new Uint8Array(name === "AES-GCM" ? 12 : 16), counter: new Uint8Array(16), length: 64 };
}

/** Whatever a key says that it may be used for. @param {import("./lib.js").Random} random @param {CryptoKey} key */
async function use(random, key) {
  const { algorithm, usages } = key;
  const data = random.bytes(40);
  const about = [algorithm.name, key.type];
  if (usages.includes("sign")) {
    const signature = await attemptAsync(USE, () => subtle.sign(signing(algorithm), key, data), ...about);
    if (signature !== undefined && key.type === "secret") {
      same(await subtle.verify(signing(algorithm), key, signature, data), true, "its own signature", ...about);
    }
  }
  if (usages.includes("verify")) {
    const signature = random.bytes(140);
    const verdict = await attemptAsync(USE, () => subtle.verify(signing(algorithm), key, signature, data), ...about);
    if (key.type === "public") check(verdict !== true, "noise is no signature", ...about);
  }
  if (usages.includes("encrypt")) {
    const secret = await attemptAsync(USE, () => subtle.encrypt(cipher(key), key, data), ...about);
    if (secret !== undefined && key.type === "secret") {
      const open = await subtle.decrypt(cipher(key), key, secret);
      same(show(new Uint8Array(open)), show(data), "what is encrypted comes back", ...about);
      const damaged = random.mutateBytes(new Uint8Array(secret));
      await attemptAsync(USE, () => subtle.decrypt(cipher(key), key, damaged), ...about);
    }
  }
  if (usages.includes("decrypt") && key.type === "private") {
    await attemptAsync(USE, () => subtle.decrypt(cipher(key), key, random.bytes(130)), ...about);
  }
  if (usages.includes("deriveBits")) {
    const salt = random.bytes(9);
    const parameters = {
      ...algorithm,
      hash: "SHA-256",
      salt,
      info: salt,
      iterations: 1 + random.below(3),
      public: key,
    };
    const length = random.pick([0, 8, 128, 255, 256, 257, 528, null]);
    const derive = () => subtle.deriveBits(/** @type {any} */ (parameters), key, length);
    await attemptAsync([...USE, "TypeError"], derive, ...about, length);
  }
}

/** A key exports to what imports to the same. @param {CryptoKey} key */
async function roundTrip(key) {
  if (key.algorithm.name === "HKDF" || key.algorithm.name === "PBKDF2") return;
  const formats = { secret: ["raw", "jwk"], private: ["pkcs8", "jwk"], public: ["spki", "jwk"] }[key.type];
  for (const format of /** @type {any[]} */ (formats)) {
    const out = await attemptAsync([], () => subtle.exportKey(format, key), format, key.algorithm.name);
    const again = await subtle.importKey(format, /** @type {any} */ (out), key.algorithm, true, key.usages);
    const twice = /** @type {any} */ (await subtle.exportKey(format, again));
    const text = (/** @type {any} */ one) => (format === "jwk" ? JSON.stringify(one) : show(new Uint8Array(one)));
    same(text(twice), text(out), "a key exports as it was imported", format, key.algorithm.name);
  }
}

/** @param {import("./lib.js").Random} random @param {string} format @param {any} data @param {any} own @param {any} usages */
async function tryKey(random, format, data, own, usages) {
  const algorithm = someAlgorithm(random, own);
  const extractable = algorithm.name !== "HKDF" && algorithm.name !== "PBKDF2";
  const key = await attemptAsync(
    IMPORT,
    () => subtle.importKey(/** @type {any} */ (format), data, algorithm, extractable, usages),
    format,
    algorithm,
    data,
  );
  if (key === undefined) return;
  check(key instanceof CryptoKey, "it is a key", format);
  await use(random, key);
  await roundTrip(key);
}

/** @param {import("./lib.js").Random} random */
async function pairs(random) {
  const [algorithm, jwk, own, others] = random.pick(PAIRS);
  const isPrivate = random.once(2);
  const usages = isPrivate ? own : others;
  const good = isPrivate ? jwk : publicHalf(jwk);
  const key = await subtle.importKey("jwk", good, algorithm, true, usages);
  if (random.once(8)) await roundTrip(key);
  await tryKey(random, "jwk", mutateJwk(random, good), algorithm, usages);
  const format = isPrivate ? "pkcs8" : "spki";
  const der = new Uint8Array(/** @type {ArrayBuffer} */ (await subtle.exportKey(format, key)));
  await tryKey(random, format, random.mutateBytes(der), algorithm, usages);
  if (isPrivate) return;
  const raw = await attemptAsync(["NotSupportedError"], () => subtle.exportKey("raw", key), algorithm);
  if (raw !== undefined) await tryKey(random, "raw", random.mutateBytes(new Uint8Array(raw)), algorithm, usages);
}

/** @param {import("./lib.js").Random} random */
async function secrets(random) {
  const [algorithm, usages] = random.pick(SECRETS);
  const bytes = random.once(3) ? random.bytes(70) : new Uint8Array(random.pick([0, 1, 15, 16, 24, 32, 64])).fill(7);
  await tryKey(random, "raw", bytes, algorithm, usages);
  const k = btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
  await tryKey(random, "jwk", mutateJwk(random, { kty: "oct", k }), algorithm, usages);
}

/** Arguments of no sense at all. @param {import("./lib.js").Random} random */
async function nonsense(random) {
  const odd = () => random.pick([undefined, null, 1, "", "x", {}, [], Symbol("s"), () => {}, new Uint8Array(3), NaN]);
  const names = ["TypeError", "SyntaxError", "DataError", "NotSupportedError", "OperationError", "InvalidAccessError"];
  const [algorithm] = random.pick([...PAIRS, ...SECRETS]);
  const name = () => random.pick([algorithm, { ...algorithm, [random.pick(Object.keys(algorithm))]: odd() }, odd()]);
  const calls = [
    () =>
      subtle.importKey(
        random.pick(["raw", "jwk", "spki", odd()]),
        odd(),
        name(),
        odd(),
        random.pick([["sign"], odd()]),
      ),
    () => subtle.digest(random.pick(["SHA-1", "MD5", "sha-256", odd()]), odd()),
    () => subtle.sign(name(), odd(), odd()),
    () => subtle.deriveBits(name(), odd(), odd()),
    () => subtle.unwrapKey(odd(), odd(), odd(), name(), name(), odd(), odd()),
  ];
  await attemptAsync(names, random.pick(calls), algorithm);
  const size = random.pick([0, 1, 65536, 65537]);
  attempt(["QuotaExceededError"], () => crypto.getRandomValues(new Uint8Array(size)), size);
  attempt(["TypeMismatchError", "TypeError"], () => crypto.getRandomValues(odd()));
}

export default target(async (random) => {
  await pairs(random);
  await secrets(random);
  await nonsense(random);
});
