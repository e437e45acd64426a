//# allFunctionsCalledOnLoad
// The Body mixin (https://fetch.spec.whatwg.org/#body-mixin) as the base class of Request and Response, as
// Cloudflare has it. It also keeps the headers, which only exist once someone asks for them: a Response of a
// string is that string, a status, and nothing else.

import { op_encoding_decode_utf8 } from "selvedge:ops";
import { createBlob, parseFormData, parseMimeType } from "../blob/index.js";
import {
  createNativeByteStream,
  isReadableStreamDisturbed,
  isReadableStreamLocked,
  readAllBytes,
  takeNativeSource,
} from "../streams/index.js";
import { rejectedWith, resolvedWith, then } from "../streams/promises.js";
import { defineInterface } from "../webidl.js";
import { charCodeAt, toWellFormed, typedArrayBuffer } from "../webidl/intrinsics.js";
import { MemoryBody, NativeBody, ownBytes } from "./body-source.js";
import { NATIVE, NONE, STREAM, extracted } from "./extract-body.js";
import { appendTo, commaJoined, hasName } from "./header-list.js";
import { cloneHeaders, createHeaders, headersToFlatList } from "./headers.js";

const BytesArray = Uint8Array;
const parseJson = JSON.parse;
const BYTE_ORDER_MARK = 0xfeff;

/** @type {(value: any) => value is Body} */
let isInstance;
/** @type {(body: Body) => number} */
let kindOf;
/** @type {(body: Body) => any} */
let contentOf;
/** @type {(body: Body, kind: number, content: any) => void} */
let setContent;
/** @type {(body: Body, type: string | null) => void} */
let setType;
/** @type {(body: Body) => string | null} */
let typeOf;
/** @type {(body: Body) => boolean} */
let isUsed;
/** @type {(body: Body) => void} */
let markUsed;
/** @type {(body: Body) => void} */
let checkUsable;
/** @type {(body: Body) => import("./headers.js").Headers | null} */
let headersIfMade;
/** @type {(body: Body, headers: import("./headers.js").Headers) => void} */
let setHeaders;
/** @type {(body: Body) => (() => string[]) | null} */
let sourceOf;
/** @type {(body: Body, source: (() => string[]) | null) => void} */
let setSource;

/** What Request and Response have in common. */
export class Body {
  #kind = NONE;
  /** @type {any} */ #content = null;
  #used = false;
  /** @type {string | null} the content's own Content-Type, until it has been put into the headers */ #type = null;
  /** @type {import("./headers.js").Headers | null} */ #headers = null;
  /** @type {(() => string[]) | null} where the headers, then immutable, come from */ #source = null;

  static {
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #kind in value
    );
    kindOf = (body) => body.#kind;
    contentOf = (body) => body.#content;
    setContent = (body, kind, content) => {
      body.#kind = kind;
      body.#content = content;
    };
    setType = (body, type) => {
      body.#type = type;
    };
    typeOf = (body) => body.#type;
    isUsed = (body) => body.#used || (body.#kind === STREAM && isReadableStreamDisturbed(body.#content));
    markUsed = (body) => {
      body.#used = true;
    };
    checkUsable = (body) => {
      if (isUsed(body)) {
        throw new TypeError(
          "Body has already been used. It can only be used once. Use tee() first if you need to read it twice.",
        );
      }
      if (body.#kind === STREAM && isReadableStreamLocked(body.#content)) {
        throw new TypeError("This ReadableStream is currently locked to a reader.");
      }
    };
    headersIfMade = (body) => body.#headers;
    setHeaders = (body, headers) => {
      body.#headers = headers;
    };
    sourceOf = (body) => body.#source;
    setSource = (body, source) => {
      body.#source = source;
    };
  }

  get headers() {
    if (this.#headers !== null) return this.#headers;
    if (this.#source !== null) return (this.#headers = createHeaders(this.#source, true));
    /** @type {string[]} */
    const list = this.#type === null ? [] : ["content-type", this.#type];
    this.#type = null;
    return (this.#headers = createHeaders(list, false));
  }

  get body() {
    if (this.#kind === NONE) return null;
    if (this.#kind !== STREAM) {
      const source = this.#kind === NATIVE ? this.#content : new MemoryBody(this.#content);
      const stream = createNativeByteStream(source);
      // Consumed without having been a stream: for script it is one that has been read.
      if (this.#used) takeNativeSource(stream);
      this.#kind = STREAM;
      this.#content = stream;
    }
    return this.#content;
  }

  get bodyUsed() {
    return isUsed(this);
  }

  /**
   * "consume body": all bytes, which are the caller's own.
   * @returns {Promise<Uint8Array>}
   */
  #consume() {
    try {
      checkUsable(this);
      const content = this.#content;
      if (this.#kind === NONE) return resolvedWith(new BytesArray(0));
      this.#used = true;
      if (this.#kind === NATIVE) return content.readAll();
      return this.#kind === STREAM ? readAllBytes(content) : resolvedWith(ownBytes(content));
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {Promise<string>} */
  #consumeText() {
    try {
      checkUsable(this);
      let content = this.#content;
      if (this.#kind === NONE) return resolvedWith("");
      this.#used = true;
      if (this.#kind === STREAM) {
        const source = takeNativeSource(content);
        if (source === undefined) return then(readAllBytes(content), decode);
        content = source instanceof MemoryBody ? source.content : source;
      }
      if (typeof content === "string") return resolvedWith(throughUtf8(content));
      if (content instanceof NativeBody) return content.readText();
      if (content instanceof BytesArray) return resolvedWith(decode(content));
      return then(readAllBytes(createNativeByteStream(content)), decode);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {Promise<ArrayBuffer>} */
  arrayBuffer() {
    if (!isInstance(this)) return wrongReceiver("arrayBuffer");
    return then(this.#consume(), typedArrayBuffer);
  }

  /** @returns {Promise<any>} */
  blob() {
    if (!isInstance(this)) return wrongReceiver("blob");
    const type = parseMimeType(contentType(this) ?? "")?.text ?? "";
    return then(this.#consume(), (bytes) => createBlob(bytes, type));
  }

  /** @returns {Promise<Uint8Array>} */
  bytes() {
    if (!isInstance(this)) return wrongReceiver("bytes");
    return this.#consume();
  }

  /** @returns {Promise<any>} */
  formData() {
    if (!isInstance(this)) return wrongReceiver("formData");
    const type = contentType(this);
    // The stream's own error, if it has one, goes before that of the type.
    return then(this.#consume(), (bytes) => {
      if (type === null) throw new TypeError("Parsing a Body as FormData requires a Content-Type header.");
      return parseFormData(bytes, type);
    });
  }

  /** @returns {Promise<any>} */
  json() {
    if (!isInstance(this)) return wrongReceiver("json");
    return then(this.#consumeText(), parse);
  }

  /** @returns {Promise<string>} */
  text() {
    if (!isInstance(this)) return wrongReceiver("text");
    return this.#consumeText();
  }
}

defineInterface(Body, { tag: "Body" });

/**
 * @param {string} operation
 * @returns {Promise<any>}
 */
function wrongReceiver(operation) {
  return rejectedWith(new TypeError(`Illegal invocation: ${operation}() called on what is no Request or Response.`));
}

/** @param {string} text */
const parse = (text) => parseJson(text);

/** @param {Uint8Array} bytes */
const decode = (bytes) => op_encoding_decode_utf8(bytes, false, false);

/**
 * A string as it comes out of UTF-8: well-formed, and without one byte order mark.
 * @param {string} text
 */
function throughUtf8(text) {
  return charCodeAt(text, 0) === BYTE_ORDER_MARK ? decode(ownBytes(text)) : toWellFormed(text);
}

/** @param {Body} body */
function contentType(body) {
  const type = typeOf(body);
  return type !== null ? type : commaJoined(headersToFlatList(body.headers), "content-type");
}

/**
 * @param {any} value
 * @returns {value is Body}
 */
export function isBody(value) {
  return isInstance(value);
}

/**
 * Takes the findings of extractBody() over. Headers must have been set before.
 * @param {Body} body
 */
export function adoptExtracted(body) {
  setContent(body, extracted.kind, extracted.content);
  const { type } = extracted;
  extracted.content = null;
  if (type === null) return;
  const headers = headersIfMade(body);
  if (headers === null) {
    if (typeOf(body) === null) setType(body, type);
    return;
  }
  const list = headersToFlatList(headers);
  if (!hasName(list, "content-type")) appendTo(list, "content-type", type);
}

/**
 * Gives a new object headers: a list that it owns, or a function that makes one.
 * @param {Body} body
 * @param {string[] | (() => string[])} list
 * @param {boolean} immutable
 */
export function adoptHeaders(body, list, immutable) {
  if (typeof list === "function") setSource(body, list);
  else setHeaders(body, createHeaders(list, immutable));
}

/**
 * Gives a new object a copy of another's headers, without making them if nobody has yet.
 * @param {Body} from
 * @param {Body} to
 * @param {boolean} keepImmutable else the copy is mutable
 */
export function copyHeaders(from, to, keepImmutable) {
  const headers = headersIfMade(from);
  const source = sourceOf(from);
  if (headers !== null) {
    setHeaders(to, keepImmutable ? cloneHeaders(headers) : cloneHeaders(headers, false));
  } else if (source === null) {
    setType(to, typeOf(from));
  } else if (keepImmutable) {
    setSource(to, source);
  } else {
    setHeaders(to, createHeaders(source, false));
  }
}

/**
 * The flat list of headers to send; null when there is none but the Content-Type that pendingType() tells.
 * @param {Body} body
 * @returns {string[] | null}
 */
export function flatHeaders(body) {
  if (headersIfMade(body) === null && sourceOf(body) === null) return null;
  return headersToFlatList(body.headers);
}

/**
 * The Content-Type to send besides flatHeaders().
 * @param {Body} body
 * @returns {string | null}
 */
export function pendingType(body) {
  return typeOf(body);
}

export { checkUsable, contentOf, isUsed, kindOf, markUsed, setContent };
