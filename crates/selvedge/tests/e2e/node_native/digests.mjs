import crypto, {
  createHash,
  createHmac,
  hkdf,
  hkdfSync,
  pbkdf2,
  pbkdf2Sync,
  randomBytes,
  randomFillSync,
  randomInt,
  randomUUID,
  scrypt,
  scryptSync,
  timingSafeEqual,
} from "node:crypto";
import { Buffer } from "node:buffer";

const promised = (run, ...args) =>
  new Promise((resolve, reject) => run(...args, (error, value) => (error ? reject(error) : resolve(value))));

export default async (show) => {
  const names = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256", "sha3-224", "sha3-256", "sha3-384", "sha3-512", "ripemd160", "rmd160", "blake2b512", "blake2s256", "shake128", "shake256", "RSA-SHA256", "SHA256", "sha-256", "RSA-SHA1-2", "sha512WithRSAEncryption", "RSA-SHA512/256"];
  for (const name of names) {
    show(name, createHash(name).update("abc").update(Buffer.alloc(200, 7)).digest("hex"));
    if (!name.startsWith("shake")) show(createHmac(name, "key").update("abc").digest("base64"), createHmac(name, Buffer.alloc(300, 1)).update("abc").digest("hex"));
  }
  show(createHash("sha256").update("\u00e9\u20ac").digest(), createHash("md5").update("6162", "hex").digest("latin1"), createHash("md5").update("YWI=", "base64").digest("base64url"));
  show(createHash("shake256", { outputLength: 5 }).update("a").digest("hex"), createHash("shake128", { outputLength: 0 }).update("a").digest("hex"), createHash("sha256", { outputLength: 32 }).update("a").digest("hex"));
  const first = createHash("sha1").update("a");
  const second = first.copy();
  show(first.update("b").digest("hex"), second.update("c").digest("hex"));
  show(crypto.hash("sha1", "abc"), crypto.hash("md5", Buffer.from("abc"), "base64"), crypto.hash("md5", "abc", "buffer"));
  show.error(() => first.update("x"));
  show.error(() => first.digest());
  show.error(() => first.copy());
  show.code(() => createHash("nothing"));
  show.error(() => createHash(5));
  show.error(() => createHash("sha1").update(5));
  show.error(() => createHash("sha1").update());
  show.error(() => createHash("sha256", { outputLength: "x" }));
  show.code(() => createHash("sha256", { outputLength: 3 }));
  show.error(() => createHmac("nothing", "k"));
  show.error(() => createHmac("sha1"));
  show.error(() => createHmac(null, "k"));
  const hmac = createHmac("sha1", "k");
  show(hmac.digest("hex"), hmac.digest("hex"), hmac.digest());
  show.error(() => hmac.update("x"));
  const stream = createHash("sha1");
  stream.write("a");
  stream.end("bc");
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  show(Buffer.concat(chunks).toString("hex"), stream.read());
  // eslint-disable-next-line new-cap
  show(crypto.Hash("md5").update("x").digest("hex"), createHash("md5") instanceof crypto.Hash, createHmac("md5", "k") instanceof crypto.Hmac);

  for (const digest of ["sha1", "sha256", "sha512", "md5", "ripemd160", "sha3-256"]) {
    show(pbkdf2Sync("secret", "salt", 100, 40, digest), Buffer.from(hkdfSync(digest, "key", "salt", "info", 50)).toString("hex"));
    show(await promised(pbkdf2, Buffer.from("secret"), new Uint8Array([1, 2]), 3, 20, digest), await promised(hkdf, digest, "key", "", "", 10));
  }
  show.error(() => pbkdf2Sync("a", "b", 0, 1, "sha1"));
  show.error(() => pbkdf2Sync("a", "b", 1, -1, "sha1"));
  show.error(() => pbkdf2Sync("a", "b", 1, 1, "none"));
  show.error(() => pbkdf2Sync("a", "b", 1, 1));
  show.error(() => pbkdf2Sync(1, "b", 1, 1, "sha1"));
  show.error(() => pbkdf2("a", "b", 1, 1, "sha1"));
  show.error(() => hkdfSync("none", "a", "b", "c", 1));
  show.error(() => hkdfSync("sha1", "a", "b", "c", 255 * 20 + 1));
  show(scryptSync("password", "NaCl", 64, { N: 1024, r: 8, p: 16 }), scryptSync("", "", 16, { cost: 16, blockSize: 1, parallelization: 1 }), scryptSync("a", "b", 0));
  show(await promised(scrypt, "pleaseletmein", "SodiumChloride", 64));
  show.code(() => scryptSync("a", "b", 1, { N: 3 }));
  show.code(() => scryptSync("a", "b", 1, { N: 2 ** 16, maxmem: 1000 }));
  show.error(() => scryptSync("a", "b", 1, { N: 16, cost: 16 }));
  show.error(() => scryptSync("a", "b", "c"));

  show(randomBytes(8).length, randomBytes(0), randomBytes(16).equals(randomBytes(16)), (await promised(randomBytes, 5)).length);
  show(randomFillSync(Buffer.alloc(8), 4).subarray(0, 4), randomFillSync(new Uint16Array(4), 1, 1)[0], randomFillSync(new ArrayBuffer(3)).byteLength);
  show(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(randomUUID()), Array.from({ length: 100 }, () => randomInt(3, 6)).every((n) => n >= 3 && n < 6), randomInt(1), await promised(randomInt, 5, 6));
  show.error(() => randomBytes(-1));
  show.error(() => randomBytes("1"));
  show.error(() => randomBytes(2 ** 31));
  show.error(() => randomFillSync("x"));
  show.error(() => randomFillSync(Buffer.alloc(2), 3));
  show.error(() => randomFillSync(Buffer.alloc(2), 1, 2));
  show.error(() => randomInt(0));
  show.error(() => randomInt(5, 5));
  show.error(() => randomInt(0, 2 ** 48));
  show.error(() => randomInt("a"));
  show.error(() => randomUUID(1));
  show(timingSafeEqual(Buffer.from("ab"), Buffer.from("ab")), timingSafeEqual(new Uint8Array(2), new Uint16Array(1)), timingSafeEqual(Buffer.from("ab"), Buffer.from("ac")));
  show.error(() => timingSafeEqual(Buffer.from("a"), Buffer.from("ab")));
  show.error(() => timingSafeEqual("a", Buffer.from("ab")));
  show(crypto.webcrypto.subtle === crypto.subtle, typeof crypto.getRandomValues(new Uint8Array(1))[0], crypto.getHashes().includes("sha256"), crypto.getFips(), crypto.constants.RSA_PKCS1_PSS_PADDING);
  show(crypto.checkPrimeSync(7n), crypto.checkPrimeSync(Buffer.from([0, 9])), await promised(crypto.checkPrime, 2n ** 127n - 1n), crypto.generatePrimeSync(32).byteLength, crypto.checkPrimeSync(crypto.generatePrimeSync(64)), typeof crypto.generatePrimeSync(16, { bigint: true }), (crypto.generatePrimeSync(64, { add: 12n, rem: 11n, bigint: true }) % 12n).toString());
  show.error(() => crypto.checkPrimeSync("7"));
  show.error(() => crypto.generatePrimeSync(0));
  show.error(() => crypto.checkPrimeSync(-1n));
};
