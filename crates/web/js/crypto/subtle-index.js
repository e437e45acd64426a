// What is under `crypto.subtle`, and what else has the same algorithms. This file only lists.

export { DigestStream } from "./digest-stream.js";
export { CryptoKey } from "./key.js";
export { SubtleCrypto, subtle } from "./subtle.js";
