import crypto, { createDiffieHellman, createECDH, createPrivateKey, createPublicKey, diffieHellman, getDiffieHellman } from "node:crypto";
import { Buffer } from "node:buffer";
import material from "./material.mjs";

export default (show) => {
  for (const curve of ["prime256v1", "secp384r1", "secp521r1"]) {
    const [a, b] = [createECDH(curve), createECDH(curve)];
    const [own, other] = [a.generateKeys(), b.generateKeys("hex", "compressed")];
    show(own.length, a.computeSecret(other, "hex", "hex") === b.computeSecret(own).toString("hex"), a.getPublicKey(null, "hybrid")[0] >> 1);
    const fixed = createECDH(curve);
    fixed.setPrivateKey(Buffer.alloc(20, 7));
    show(fixed.getPublicKey("hex"), fixed.getPublicKey("base64", "compressed"), fixed.getPublicKey(null, "hybrid"), fixed.getPrivateKey("hex"));
    show(crypto.ECDH.convertKey(fixed.getPublicKey("hex", "compressed"), curve, "hex", "hex", "uncompressed") === fixed.getPublicKey("hex"));
    show.error(() => fixed.computeSecret(Buffer.alloc(10)));
    show.error(() => fixed.setPrivateKey(Buffer.alloc(100, 255)));
    show.error(() => fixed.getPublicKey("hex", "nope"));
  }
  show.error(() => createECDH("nope"));
  show.error(() => createECDH("prime256v1").getPublicKey());
  show.error(() => createECDH(5));

  for (const name of ["modp5", "modp14", "modp15"]) {
    const [a, b] = [getDiffieHellman(name), crypto.createDiffieHellmanGroup(name)];
    a.generateKeys();
    b.generateKeys();
    show(a.getPrime("hex"), a.getGenerator("hex"), a.verifyError, a.computeSecret(b.getPublicKey()).equals(b.computeSecret(a.getPublicKey("hex"), "hex")), a.setPrivateKey === undefined);
  }
  const [a, b] = [createDiffieHellman(getDiffieHellman("modp5").getPrime()), createDiffieHellman(getDiffieHellman("modp5").getPrime("hex"), "hex", 2)];
  a.setPrivateKey(Buffer.from("0123456789abcdef", "hex"));
  b.setPrivateKey("fedcba9876543210", "hex");
  show(a.generateKeys("hex"), b.generateKeys().toString("hex"), a.computeSecret(b.getPublicKey(), null, "hex"), a.getPrivateKey(), a.verifyError);
  show.code(() => createDiffieHellman(128));
  show.error(() => getDiffieHellman("nope"));
  show.error(() => a.computeSecret(Buffer.from([1])));
  show.error(() => createDiffieHellman(getDiffieHellman("modp5").getPrime()).getPrivateKey());
  show.error(() => createDiffieHellman({}));

  const own25519 = createPrivateKey(material.x25519.private);
  const shared = diffieHellman({ privateKey: own25519, publicKey: createPublicKey(material.other.public) });
  show(shared, shared.equals(diffieHellman({ privateKey: createPrivateKey(material.other.private), publicKey: createPublicKey(own25519) })));
  show(diffieHellman({ privateKey: createPrivateKey(material.p256.private), publicKey: createPublicKey(material.p256.public) }));
  show.error(() => diffieHellman({ privateKey: own25519, publicKey: createPublicKey(material.p256.public) }));
  show.error(() => diffieHellman({ privateKey: createPublicKey(own25519), publicKey: own25519 }));
};
