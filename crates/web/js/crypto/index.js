// Web Crypto (https://w3c.github.io/webcrypto/), but for what is under `crypto.subtle`. This file only lists.

export { Crypto, crypto } from "./crypto.js";
