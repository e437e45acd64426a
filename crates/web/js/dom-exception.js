//# functionsCalledOnLoad: adoptIsError
// DOMException (https://webidl.spec.whatwg.org/#idl-DOMException).
//
// An instance is a plain object with a captured stack, DOMException's prototype and two private slots. It is no Error
// object of V8's, as the serializer of structured clone makes a plain Error of each such without asking; `Error.isError`
// is told of it here. The slots are put on it by `Slots`, a class whose base constructor returns the object it was
// handed: the one way to add private fields to an object that another constructor made, while
// `Object.getPrototypeOf(DOMException)` stays Function.prototype, as the standard wants.

import { defineInterface } from "./webidl/interface.js";

const { captureStackTrace } = /** @type {any} */ (Error);
const { defineProperty, setPrototypeOf } = Object;
const { construct } = Reflect;
const ObjectConstructor = Object;
const ErrorConstructor = Error;

/** @type {ReadonlyArray<readonly [name: string, constant: string]>} in the order of their codes, from 1 */
const legacyErrors = [
  ["IndexSizeError", "INDEX_SIZE_ERR"],
  ["", "DOMSTRING_SIZE_ERR"],
  ["HierarchyRequestError", "HIERARCHY_REQUEST_ERR"],
  ["WrongDocumentError", "WRONG_DOCUMENT_ERR"],
  ["InvalidCharacterError", "INVALID_CHARACTER_ERR"],
  ["", "NO_DATA_ALLOWED_ERR"],
  ["NoModificationAllowedError", "NO_MODIFICATION_ALLOWED_ERR"],
  ["NotFoundError", "NOT_FOUND_ERR"],
  ["NotSupportedError", "NOT_SUPPORTED_ERR"],
  ["InUseAttributeError", "INUSE_ATTRIBUTE_ERR"],
  ["InvalidStateError", "INVALID_STATE_ERR"],
  ["SyntaxError", "SYNTAX_ERR"],
  ["InvalidModificationError", "INVALID_MODIFICATION_ERR"],
  ["NamespaceError", "NAMESPACE_ERR"],
  ["InvalidAccessError", "INVALID_ACCESS_ERR"],
  ["", "VALIDATION_ERR"],
  ["TypeMismatchError", "TYPE_MISMATCH_ERR"],
  ["SecurityError", "SECURITY_ERR"],
  ["NetworkError", "NETWORK_ERR"],
  ["AbortError", "ABORT_ERR"],
  ["URLMismatchError", "URL_MISMATCH_ERR"],
  ["QuotaExceededError", "QUOTA_EXCEEDED_ERR"],
  ["TimeoutError", "TIMEOUT_ERR"],
  ["InvalidNodeTypeError", "INVALID_NODE_TYPE_ERR"],
  ["DataCloneError", "DATA_CLONE_ERR"],
];

/** @type {Record<string, number>} */
const codeByName = { __proto__: /** @type {any} */ (null) };
legacyErrors.forEach(([name], index) => {
  if (name !== "") codeByName[name] = index + 1;
});

const Identity = /** @type {new (object: object) => object} */ (
  /** @type {unknown} */ (
    function (/** @type {object} */ object) {
      return object;
    }
  )
);

class Slots extends Identity {
  /** @type {string} */ #name;
  /** @type {string} */ #message;

  /**
   * @param {object} object
   * @param {string} name
   * @param {string} message
   */
  constructor(object, name, message) {
    super(object);
    this.#name = name;
    this.#message = message;
  }

  /** @param {any} object */
  static nameOf(object) {
    return object.#name;
  }

  /** @param {any} object */
  static messageOf(object) {
    return object.#message;
  }

  /**
   * @param {unknown} value
   * @returns {value is DOMException}
   */
  static has(value) {
    return typeof value === "object" && value !== null && #name in value;
  }
}
const { nameOf, messageOf, has } = Slots;

/** The standard's exception for everything that is not a TypeError or a RangeError. */
export class DOMException {
  /**
   * @param {string} [message]
   * @param {string | { name?: string, cause?: unknown }} [options] the name, or `{ name, cause }`
   */
  constructor(message = "", options = "Error") {
    const bag = typeof options === "object" && options !== null ? options : { name: options };
    const name = bag.name === undefined ? "Error" : `${bag.name}`;
    /** @type {any} */
    const error = construct(ObjectConstructor, [], new.target);
    const text = `${message}`;
    new Slots(error, name, text);
    if ("cause" in bag) {
      defineProperty(error, "cause", { value: bag.cause, configurable: true, writable: true, enumerable: false });
    }
    captureStackTrace(error, new.target);
    return error;
  }

  /** @returns {string} */
  get name() {
    return nameOf(this);
  }

  /** @returns {string} */
  get message() {
    return messageOf(this);
  }

  /** @returns {number} the legacy code of the name, 0 for a name that never had one */
  get code() {
    return codeByName[nameOf(this)] ?? 0;
  }
}

/**
 * Whether a value is a DOMException, whatever its prototype says (for structured clone and console).
 * @param {unknown} value
 * @returns {value is DOMException}
 */
export function isDOMException(value) {
  return has(value);
}

/**
 * Has `Error.isError` know DOMExceptions, before guest code runs: V8 puts its own into every context anew, so that the
 * snapshot cannot hold this one.
 */
export function adoptIsError() {
  const { isError: native } = /** @type {any} */ (ErrorConstructor);
  const { isError } = { isError: (/** @type {unknown} */ value) => native(value) || has(value) };
  defineProperty(ErrorConstructor, "isError", {
    value: isError,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

setPrototypeOf(DOMException.prototype, Error.prototype);
defineInterface(DOMException, { tag: "DOMException" });
legacyErrors.forEach(([, constant], index) => {
  const descriptor = { value: index + 1, enumerable: true, writable: false, configurable: false };
  defineProperty(DOMException, constant, descriptor);
  defineProperty(DOMException.prototype, constant, descriptor);
});
