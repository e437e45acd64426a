// Web Crypto (https://w3c.github.io/webcrypto/). This file only lists: what script sees, then what the rest of the
// platform uses.

export { Crypto, crypto } from "./crypto.js";
export { CryptoKey } from "./key.js";
export { SubtleCrypto } from "./subtle.js";

export { isCryptoKey } from "./key.js";
