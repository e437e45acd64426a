import crypto, {
  KeyObject,
  X509Certificate,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  generateKeySync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import material from "./material.mjs";

const { certificates, encrypted, other: _other, ...pairs } = material;
const data = Buffer.from("some data to be signed");

/** Signatures made by Node.js, to be verified here. */
export default async (show) => {
  for (const [name, pair] of Object.entries(pairs)) {
    const privateKey = createPrivateKey(pair.private);
    const publicKey = createPublicKey({ key: pair.public });
    show(name, privateKey.type, publicKey.type, privateKey.asymmetricKeyType, publicKey.asymmetricKeyDetails);
    show(privateKey.export({ type: "pkcs8", format: "pem" }) === pair.private, createPublicKey(privateKey).export({ type: "spki", format: "pem" }) === pair.public, publicKey.equals(createPublicKey(pair.private)), privateKey.equals(publicKey));
    show(publicKey.export({ type: "spki", format: "der" }), Object.prototype.toString.call(publicKey), publicKey instanceof KeyObject);
    if (name !== "pss") {
      show(publicKey.export({ format: "jwk" }), privateKey.export({ format: "jwk" }));
      const jwk = privateKey.export({ format: "jwk" });
      show(createPrivateKey({ key: jwk, format: "jwk" }).equals(privateKey), createPublicKey({ key: jwk, format: "jwk" }).equals(publicKey));
    } else show.error(() => publicKey.export({ format: "jwk" }));
    const der = privateKey.export({ type: "pkcs8", format: "der" });
    show(createPrivateKey({ key: der, type: "pkcs8", format: "der" }).equals(privateKey), createPublicKey({ key: der, type: "pkcs8", format: "der" }).equals(publicKey));
  }
  const rsa = createPrivateKey(material.rsa.private);
  const ec = createPrivateKey(material.p256.private);
  show(rsa.export({ type: "pkcs1", format: "pem" }), createPublicKey(rsa).export({ type: "pkcs1", format: "pem" }), ec.export({ type: "sec1", format: "pem" }));
  show(createPrivateKey(rsa.export({ type: "pkcs1", format: "pem" })).equals(rsa), createPrivateKey(ec.export({ type: "sec1", format: "pem" })).equals(ec), createPublicKey(createPublicKey(rsa).export({ type: "pkcs1", format: "pem" })).equals(createPublicKey(rsa)));
  show(createPrivateKey({ key: encrypted, passphrase: "secret" }).equals(ec));
  const sealed = rsa.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "x" });
  show(sealed.split("\n")[0], createPrivateKey({ key: sealed, passphrase: Buffer.from("x") }).equals(rsa));
  show.code(() => createPrivateKey({ key: encrypted, passphrase: "wrong" }));
  show.code(() => createPrivateKey("garbage"));
  show.error(() => createPrivateKey(5));
  show.error(() => createPrivateKey({ key: Buffer.alloc(5), format: "der" }));
  show.error(() => createPrivateKey({ key: { kty: "nope" }, format: "jwk" }));
  show.error(() => createPublicKey(createSecretKey(Buffer.alloc(5))));
  show.error(() => createPrivateKey(createPublicKey(rsa)));
  show.error(() => ec.export({ type: "pkcs1", format: "pem" }));
  show.error(() => ec.export());
  show.error(() => ec.export({ type: "pkcs8", format: "nope" }));
  show.error(() => new KeyObject("secret", 5));

  const secret = createSecretKey("c2VjcmV0", "base64");
  show(secret.type, secret.symmetricKeySize, secret.export(), secret.export({ format: "jwk" }), secret.equals(createSecretKey(Buffer.from("secret"))), generateKeySync("hmac", { length: 123 }).symmetricKeySize, generateKeySync("aes", { length: 256 }).symmetricKeySize);
  show.error(() => createSecretKey(5));
  show.error(() => generateKeySync("aes", { length: 5 }));
  show(crypto.createHmac("sha256", secret).update("x").digest("hex"));
  show.error(() => crypto.createHmac("sha256", rsa));

  for (const [name, hashes] of Object.entries({ rsa: ["sha1", "sha256", "RSA-SHA384", "sha512", "md5", "ripemd160", "sha3-256"], p256: ["sha256", "sha1", "sha512"], p384: ["sha384"], p521: ["sha512", "sha256"], pss: ["sha256"] })) {
    for (const hash of hashes) {
      const made = createSign(hash).update(data.subarray(0, 5)).update(data.subarray(5)).sign(pairs[name].private);
      const check = (signature) => createVerify(hash).update(data).verify(pairs[name].public, signature);
      // What is deterministic is compared.
      show(name, hash, name === "rsa" ? made : typeof made, check(made), check(Buffer.alloc(made.length)), verify(hash, data, pairs[name].public, sign(hash, data, pairs[name].private)), createVerify(hash).update("other").verify(pairs[name].public, made));
    }
  }
  const fixed = sign("sha256", data, { key: material.p256.private, dsaEncoding: "ieee-p1363" });
  show(fixed.length, verify("sha256", data, { key: material.p256.public, dsaEncoding: "ieee-p1363" }, fixed), verify("sha256", data, material.p256.public, fixed), createSign("sha256").update(data).sign({ key: material.p521.private, dsaEncoding: "ieee-p1363" }).length);
  for (const saltLength of [undefined, 0, 20, crypto.constants.RSA_PSS_SALTLEN_DIGEST, crypto.constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const options = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength };
    const made = sign("sha256", data, { key: material.rsa.private, ...options });
    show(saltLength, made.length, verify("sha256", data, { key: material.rsa.public, padding: 6 }, made), verify("sha256", data, { key: material.rsa.public, padding: 6, saltLength: 20 }, made), verify("sha256", data, material.rsa.public, made));
  }
  show.code(() => sign("sha1", data, material.pss.private));
  show.code(() => sign("sha256", data, { key: material.rsa.private, padding: 6, saltLength: 1000 }));
  show(sign(null, data, material.ed25519.private), verify(null, data, material.ed25519.public, sign(undefined, data, material.ed25519.private)));
  show.code(() => sign("sha256", data, material.ed25519.private));
  show.error(() => sign("nope", data, rsa));
  show.error(() => createSign("nope"));
  show.error(() => createSign("sha256").update("x").sign());
  show.error(() => createSign("sha256").update(5));
  show.error(() => verify("sha256", data, rsa, "text"));
  show(await new Promise((resolve) => sign("sha256", data, rsa, (error, made) => resolve(verify("sha256", data, material.rsa.public, made)))));

  for (const options of [{}, { oaepHash: "sha256" }, { oaepHash: "sha512", oaepLabel: Buffer.from("label") }]) {
    const made = publicEncrypt({ key: material.rsa.public, ...options }, data);
    show(made.length, privateDecrypt({ key: material.rsa.private, ...options }, made));
  }
  show(privateEncrypt(material.rsa.private, data), publicDecrypt(material.rsa.public, privateEncrypt(rsa, data)));
  show.code(() => publicEncrypt(material.rsa.public, Buffer.alloc(300)));
  show.code(() => privateDecrypt(material.rsa.private, Buffer.alloc(256, 1)));

  for (const [type, options] of [["rsa", { modulusLength: 1024 }], ["ec", { namedCurve: "P-384" }], ["ed25519", undefined], ["x25519", undefined]]) {
    const pair = generateKeyPairSync(type, options);
    show(pair.publicKey.asymmetricKeyType, pair.privateKey.asymmetricKeyDetails);
  }
  const written = generateKeyPairSync("ec", { namedCurve: "prime256v1", publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "der" } });
  show(written.publicKey.split("\n")[0], written.privateKey instanceof Buffer);
  await new Promise((resolve) => crypto.generateKeyPair("rsa", { modulusLength: 2048 }, (error, publicKey, privateKey) => resolve(show(error, publicKey.type, privateKey.type))));
  show(Object.keys(await promisify(crypto.generateKeyPair)("ec", { namedCurve: "P-256" })));
  show.error(() => generateKeyPairSync("nope"));
  show.error(() => generateKeyPairSync("rsa", {}));
  show.error(() => generateKeyPairSync("ec", { namedCurve: "nope" }));
  const web = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  show(KeyObject.from(web.publicKey).asymmetricKeyDetails, KeyObject.from(web.privateKey).type, verify("sha256", data, KeyObject.from(web.publicKey), sign("sha256", data, KeyObject.from(web.privateKey))));

  for (const pem of Object.values(certificates)) {
    const certificate = new X509Certificate(pem);
    for (const name of ["subject", "issuer", "subjectAltName", "infoAccess", "validFrom", "validTo", "fingerprint", "fingerprint256", "fingerprint512", "serialNumber", "keyUsage", "ca", "raw", "issuerCertificate"]) show(name, certificate[name]);
    show(certificate.toString() === pem, certificate.publicKey.asymmetricKeyType, certificate.verify(certificate.publicKey), certificate.checkIssued(certificate), certificate.checkPrivateKey(rsa), certificate.checkPrivateKey(ec), certificate.verify(createPublicKey(material.p384.public)));
    for (const host of ["example.com", "EXAMPLE.com", "a.example.org", "a.b.example.org", "example.org", "foo.example.net", "host.test", "example.com."]) show(host, certificate.checkHost(host), certificate.checkHost(host, { subject: "never" }), certificate.checkHost(host, { subject: "always" }), certificate.checkHost(host, { wildcards: false }));
    for (const address of ["127.0.0.1", "10.0.0.1", "2001:db8::1", "2001:DB8:0:0::1", "::1"]) show(address, certificate.checkIP(address));
    for (const email of ["you@example.com", "YOU@example.com", "me@example.com"]) show(email, certificate.checkEmail(email));
    show(createPublicKey(pem).equals(certificate.publicKey));
    const { pubkey, modulus, asn1Curve, nistCurve, ...legacy } = certificate.toLegacyObject();
    show(legacy.subject, legacy.valid_from, legacy.ext_key_usage, legacy.bits, legacy.exponent, legacy.infoAccess);
  }
  show.code(() => new X509Certificate("garbage"));
  show.error(() => new X509Certificate(5));
};
