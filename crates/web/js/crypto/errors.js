// The exceptions of Web Crypto (https://w3c.github.io/webcrypto/#SubtleCrypto-Exceptions).

import { DOMException } from "../dom-exception.js";

/** @param {string} message key data that cannot be understood */
export const dataError = (message) => new DOMException(message, "DataError");

/** @param {string} message a key that is not allowed here */
export const invalidAccess = (message) => new DOMException(message, "InvalidAccessError");

/** @param {string} message an algorithm or format that is not offered */
export const notSupported = (message) => new DOMException(message, "NotSupportedError");

/** @param {string} message the operation itself failed */
export const operationError = (message) => new DOMException(message, "OperationError");

/** @param {string} message a missing or a wrong usage */
export const syntaxError = (message) => new DOMException(message, "SyntaxError");
