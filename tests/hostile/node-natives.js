// Attacks: what is native behind the modules of Node.js: ciphers, derivations, primes, packers, files, by sizes and states.
// Becomes: an error with a code of Node.js, or the end of the instance.
// Config: {"limits": {"cpu_ms": 5000}, "compatibility_flags": ["nodejs_compat"]}
// Expect /crypto: 200 as expected
// Expect /zlib: 200 as expected
// Expect /files: 200 as expected
// Expect /buffers: 200 as expected
// Expect /filled: 503 error 1102
// Expect /async: 200 as expected
import { Buffer } from "node:buffer";
import crypto from "node:crypto";
import fs from "node:fs";
import zlib from "node:zlib";
import { guest, judge } from "./common/guest.js";

const refused = (attempt) => [
  `refused ${attempt}`,
  async () => {
    try {
      const result = await attempt();
      return `${typeof result} ${attempt}`;
    } catch (error) {
      return error instanceof Error ? `refused ${attempt}` : `no error: ${String(error)}`;
    }
  },
];

export default guest({
  crypto: () =>
    judge([
      refused(() => crypto.pbkdf2Sync("x", "y", 2 ** 31 - 1, 64, "sha512")),
      refused(() => crypto.pbkdf2Sync("x", "y", 1, 2 ** 31 - 1, "sha512")),
      refused(() => crypto.scryptSync("x", "y", 64, { N: 2 ** 30, r: 8, p: 1, maxmem: 2 ** 40 })),
      refused(() => crypto.generateKeyPairSync("rsa", { modulusLength: 2 ** 20 })),
      refused(() => crypto.generatePrimeSync(1e6)),
      refused(() => crypto.randomBytes(2 ** 31)),
      refused(() => crypto.hkdfSync("sha256", "k", "s", "i", 1e9)),
      refused(() => crypto.createHash("none")),
      refused(() => crypto.createCipheriv("aes-256-gcm", "short", "iv")),
      refused(() => crypto.createDecipheriv("aes-128-cbc", Buffer.alloc(16), Buffer.alloc(16)).final()),
      refused(() => {
        const hash = crypto.createHash("sha1");
        hash.digest();
        return hash.digest();
      }),
      refused(() => crypto.createPrivateKey("-----BEGIN PRIVATE KEY-----\n".repeat(1e4))),
      refused(() => crypto.createPublicKey({ key: Buffer.alloc(1e6), format: "der", type: "spki" })),
      refused(() => crypto.timingSafeEqual(Buffer.alloc(1), Buffer.alloc(2))),
      refused(() => crypto.checkPrimeSync(Buffer.alloc(1e6, 255))),
      refused(() => crypto.createDiffieHellman(1e6)),
    ]),
  zlib: () =>
    judge([
      refused(() => zlib.inflateSync(Buffer.alloc(100))),
      refused(() => zlib.gunzipSync("x".repeat(100))),
      refused(() => zlib.brotliDecompressSync(Buffer.alloc(100, 255))),
      refused(() => zlib.gunzipSync(zlib.gzipSync(Buffer.alloc(8 << 20)), { maxOutputLength: 1000 })),
      refused(() => zlib.createGzip({ windowBits: 1e9 })),
      refused(() => zlib.createGzip({ memLevel: -1 })),
      refused(() => zlib.deflateSync("x", { dictionary: {} })),
      refused(() => zlib.crc32({})),
    ]),
  files: () =>
    judge([
      refused(() => fs.readFileSync("/etc/passwd")),
      refused(() => fs.readFileSync("/bundle/../etc/passwd")),
      refused(() => fs.readFileSync("/tmp/../../etc/passwd")),
      refused(() => fs.readFileSync("file:///etc/passwd")),
      refused(() => fs.readFileSync(new URL("file:///etc/passwd"))),
      refused(() => fs.readFileSync("/proc/self/environ")),
      refused(() => fs.readFileSync("\0/etc/passwd")),
      refused(() => fs.readFileSync("/tmp/a\0/../../etc/passwd")),
      refused(() => fs.writeFileSync("/bundle/index.js", "x")),
      refused(() => fs.writeFileSync("/etc/cron.d/x", "x")),
      refused(() => fs.symlinkSync("/etc/passwd", "/tmp/link") ?? fs.readFileSync("/tmp/link")),
      refused(() => fs.readSync(3, Buffer.alloc(10))),
      refused(() => fs.closeSync(1e9)),
      refused(() => fs.openSync("/dev/mem", "r")),
      refused(() => fs.mkdirSync("/tmp/" + "a/".repeat(1e5))),
      refused(() => fs.readFileSync("/tmp/" + "a".repeat(1e6))),
      refused(() => fs.truncateSync("/tmp/none", 2 ** 50)),
      refused(() => fs.writeSync(fs.openSync("/tmp/far", "w"), "x", 2 ** 50)),
    ]),
  buffers: () =>
    judge([
      refused(() => Buffer.alloc(2 ** 53)),
      refused(() => Buffer.alloc(-1)),
      refused(() => Buffer.alloc(10).readUInt32LE(8)),
      refused(() => Buffer.alloc(10).writeDoubleBE(1, NaN)),
      refused(() => Buffer.from({ length: 2 ** 40 })),
      refused(() => Buffer.alloc(10).fill("x", -1, 100)),
      refused(() => Buffer.alloc(10).toString("none")),
      refused(() => Buffer.concat([{}])),
      [10, () => Buffer.alloc(20).copy(Buffer.alloc(10), 0, 0, 2 ** 31)],
    ]),
  filled() {
    for (let i = 0; ; i++) fs.writeFileSync(`/tmp/f${i}`, Buffer.alloc(1 << 20, 1));
  },
  async async() {
    // Native work of another thread, begun and forgotten.
    for (let i = 0; i < 50; i++) crypto.pbkdf2("x", "y", 1000, 64, "sha512", () => {});
    for (let i = 0; i < 5; i++) crypto.generateKeyPair("rsa", { modulusLength: 1024 }, () => {});
    return "as expected";
  },
});
