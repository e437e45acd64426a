import crypto, { createCipheriv, createDecipheriv, getCipherInfo } from "node:crypto";
import { Buffer } from "node:buffer";

export default async (show) => {
  const data = Buffer.from("The quick brown fox jumps over the lazy dog, twice or more.");
  for (const bits of [128, 192, 256]) {
    for (const mode of ["cbc", "ctr", "ecb", "gcm"]) {
      const name = `aes-${bits}-${mode}`;
      const key = Buffer.alloc(bits / 8, 3);
      const iv = mode === "ecb" ? null : Buffer.alloc(mode === "gcm" ? 12 : 16, 5);
      const cipher = createCipheriv(name, key, iv);
      if (mode === "gcm") cipher.setAAD(Buffer.from("extra"));
      const sealed = Buffer.concat([cipher.update(data.subarray(0, 21)), cipher.update(data.subarray(21)), cipher.final()]);
      const tag = mode === "gcm" ? cipher.getAuthTag() : null;
      show(name, sealed, tag, getCipherInfo(name));
      const decipher = createDecipheriv(name, key, iv);
      if (tag) decipher.setAAD(Buffer.from("extra")).setAuthTag(tag);
      show(decipher.update(sealed, null, "utf8") + decipher.final("utf8"));
    }
  }
  const key = Buffer.alloc(16, 1);
  const iv = Buffer.alloc(16, 2);
  const cipher = createCipheriv("AES-128-CBC", crypto.createSecretKey(key), iv);
  show(cipher.update("h\u00e9llo", "utf8", "hex") + cipher.final("hex"));
  show.error(() => cipher.update("x"));
  show.error(() => cipher.final());
  const base64 = createCipheriv("aes128", key, iv);
  show([base64.update("abcdefghijklmnopqrstuvwxyz", "latin1", "base64"), base64.final("base64")].join(""));
  const unpadded = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  show(unpadded.update(Buffer.alloc(16)), unpadded.final());
  const short = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  short.update(Buffer.alloc(15));
  show.code(() => short.final());
  const bad = createDecipheriv("aes-128-cbc", key, iv);
  bad.update(Buffer.alloc(16, 9));
  show.code(() => bad.final());
  const cut = createDecipheriv("aes-128-cbc", key, iv);
  cut.update(Buffer.alloc(15, 9));
  show.code(() => cut.final());
  for (const [nonce, length] of [[Buffer.alloc(8, 1), 12], [Buffer.alloc(16, 1), 4], [Buffer.alloc(1, 1), 16]]) {
    const gcm = createCipheriv("aes-256-gcm", Buffer.alloc(32), nonce, { authTagLength: length });
    show(gcm.update("data", "utf8", "hex"), gcm.final("hex"), gcm.getAuthTag());
    const open = createDecipheriv("aes-256-gcm", Buffer.alloc(32), nonce, { authTagLength: length });
    open.setAuthTag(gcm.getAuthTag());
    open.update(Buffer.from("garbage"));
    show.error(() => open.final());
  }
  const gcm = createDecipheriv("aes-128-gcm", key, iv);
  show.error(() => gcm.setAuthTag(Buffer.alloc(3)));
  show.error(() => gcm.final());
  show.error(() => createCipheriv("aes-128-gcm", key, iv).getAuthTag());
  show.error(() => createCipheriv("aes-128-gcm", key, iv, { authTagLength: 5 }));
  show.error(() => createCipheriv("aes-128-nope", key, iv));
  show.error(() => createCipheriv("aes-128-cbc", Buffer.alloc(15), iv));
  show.error(() => createCipheriv("aes-128-cbc", key, Buffer.alloc(15)));
  show.error(() => createCipheriv("aes-128-cbc", key, null));
  show.error(() => createCipheriv("aes-128-cbc", 5, iv));
  show.error(() => createCipheriv(5, key, iv));
  show.error(() => createCipheriv("aes-128-cbc", key, iv).update(5));
  show(getCipherInfo("aes-128-cbc", { keyLength: 5 }), getCipherInfo("nope"), getCipherInfo(419), getCipherInfo("aes-256-gcm", { ivLength: 20 }), crypto.getCiphers().includes("aes-256-gcm"));
  const stream = createCipheriv("aes-128-ctr", key, iv);
  stream.write("ab");
  stream.end("cd");
  const parts = [];
  for await (const part of stream) parts.push(part);
  show(Buffer.concat(parts));
  const failing = createDecipheriv("aes-128-cbc", key, iv);
  const failure = new Promise((resolve) => failing.on("error", resolve));
  failing.end(Buffer.alloc(16, 9));
  show((await failure).code);
  show(stream instanceof crypto.Cipheriv, failing instanceof crypto.Decipheriv);
};
