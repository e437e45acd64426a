//# allFunctionsCalledOnLoad
// "extract a body" (https://fetch.spec.whatwg.org/#concept-bodyinit-extract).
//
// A body stays what it was given as for as long as possible: a string becomes UTF-8 only where it is sent, and a
// stream is made only when `body` is asked for.

import { blobBytes, blobType, isBlob, isFormData, serializeFormData } from "../blob/index.js";
import {
  ReadableStream,
  isReadableStream,
  isReadableStreamDisturbed,
  isReadableStreamLocked,
} from "../streams/index.js";
import { URLSearchParams } from "../url/url-search-params.js";
import { converters, uncurryThis } from "../webidl.js";
import { arrayBufferKind, bytesOf } from "../webidl/buffers.js";
import { TEXT } from "./content-type.js";

const { isView } = ArrayBuffer;
const BytesArray = Uint8Array;
const paramsToString = uncurryThis(URLSearchParams.prototype.toString);
const isParams = uncurryThis(Object.prototype.isPrototypeOf);
const ParamsPrototype = URLSearchParams.prototype;
const streamFrom = ReadableStream.from;
const { asyncIterator } = Symbol;

/** No body. */
export const NONE = 0;
/** A string. */
export const STRING = 1;
/** A Uint8Array that is not written to. */
export const BYTES = 2;
/** A NativeBody. */
export const NATIVE = 3;
/** A ReadableStream. */
export const STREAM = 4;

/**
 * What a BodyInit comes to. Written to and read at once: no object is made.
 */
export const extracted = {
  kind: NONE,
  /** @type {any} */ content: null,
  /** @type {string | null} the Content-Type that goes with it */ type: null,
};

/**
 * @param {number} kind
 * @param {any} content
 * @param {string | null} type
 */
function result(kind, content, type) {
  extracted.kind = kind;
  extracted.content = content;
  extracted.type = type;
}

/**
 * Throws for a stream that cannot be a body any more.
 * @param {any} stream
 */
export function checkStream(stream) {
  if (isReadableStreamDisturbed(stream)) {
    throw new TypeError("This ReadableStream is disturbed (has already been read from), and cannot be used as a body.");
  }
  if (isReadableStreamLocked(stream)) throw new TypeError("This ReadableStream is currently locked to a reader.");
}

/**
 * Leaves its findings in `extracted`.
 * @param {any} init
 */
export function extractBody(init) {
  if (typeof init === "string") return result(STRING, init, TEXT);
  if (init === null || init === undefined) return result(NONE, null, null);
  if (typeof init !== "object") return extractText(init);
  if (isReadableStream(init)) {
    checkStream(init);
    return result(STREAM, init, null);
  }
  if (isView(init) || arrayBufferKind(init) !== null) return result(BYTES, new BytesArray(bytesOf(init)), null);
  if (isBlob(init)) return result(BYTES, blobBytes(init), blobType(init) || null);
  if (isFormData(init)) {
    const form = serializeFormData(init);
    return result(BYTES, form.bytes, form.contentType);
  }
  if (isParams(ParamsPrototype, init)) {
    return result(STRING, paramsToString(init), "application/x-www-form-urlencoded;charset=UTF-8");
  }
  if (typeof init[asyncIterator] === "function") return result(STREAM, streamFrom(init), null);
  return extractText(init);
}

/** @param {any} init */
function extractText(init) {
  result(STRING, converters.DOMString(init, "Body", "The body"), TEXT);
}
