//# allFunctionsCalledOnLoad
// Response (https://fetch.spec.whatwg.org/#response-class), with Cloudflare's `cf`, `webSocket` and `encodeBody`.

import { op_fetch_url } from "selvedge:ops";
import { defineInspect } from "../console/inspectable.js";
import { converters, defineInterface, internal, requireArguments } from "../webidl.js";
import { charCodeAt, typedArrayLength } from "../webidl/intrinsics.js";
import { Body, adoptExtracted, adoptHeaders, copyHeaders, flatHeaders, pendingType, setContent } from "./body.js";
import { NativeBody } from "./body-source.js";
import { cloneBody, takeBody, taken } from "./body-transfer.js";
import { cloneCf } from "./cf.js";
import { JSON_TYPE } from "./content-type.js";
import { BYTES, NATIVE, STRING, extractBody, extracted } from "./extract-body.js";
import { flatListFromInit } from "./headers.js";
import { isAutomatic } from "./request-options.js";
import { createWebSocket, isWebSocket } from "../websocket/index.js";
import { defaultStatusText, isNullBodyStatus, isRedirectStatus } from "./status.js";

const { stringify } = JSON;

/**
 * What most responses do not have, so that they share one object.
 * @typedef {object} ResponseDetails
 * @property {string} url
 * @property {boolean} redirected
 * @property {any} cf
 * @property {any} webSocket
 * @property {boolean} encode the body is encoded as the Content-Encoding header says, on its way out
 */

/** @type {ResponseDetails} */
const noDetails = Object.freeze({ url: "", redirected: false, cf: undefined, webSocket: null, encode: true });

/**
 * A response from the native side.
 * @typedef {object} NativeResponse
 * @property {number} status
 * @property {string | null} statusText null: the usual one
 * @property {string[]} headersFlat lower-case names and values
 * @property {number | null} bodyId for status 101, the number of the WebSocket
 * @property {string} url
 * @property {boolean} redirected
 * @property {any} [cf]
 * @property {import("../events/index.js").AbortSignal | null} [signal] whose abort breaks the body off
 */

/**
 * What there is to send.
 * @typedef {object} ResponseToSend
 * @property {number} status
 * @property {string | null} statusText null: the usual one
 * @property {string[] | null} headersFlat
 * @property {string | null} contentType to be sent besides headersFlat
 * @property {0 | 1 | 2 | 3 | 4} kind of payload: none, string, bytes, the number of a native body, ReadableStream
 * @property {any} payload
 * @property {boolean} encodeBody whether the payload is yet to be encoded as the Content-Encoding header says ("automatic")
 * @property {any} webSocket
 */

/** @type {(value: any) => value is Response} */
let isInstance;
/** @type {(response: Response) => ResponseToSend} */
let toSend;

/** A response, received or to be sent. */
export class Response extends Body {
  #status = 200;
  /** @type {string | null} null: the usual one */ #statusText = null;
  #details = noDetails;

  static {
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #status in value
    );
    toSend = (response) => {
      takeBody(response);
      const { kind, content } = taken;
      taken.content = null;
      return {
        status: response.#status,
        statusText: response.#statusText,
        headersFlat: flatHeaders(response),
        contentType: pendingType(response),
        kind: /** @type {any} */ (kind),
        payload: kind === NATIVE ? content.id : content,
        encodeBody: response.#details.encode,
        webSocket: response.#details.webSocket,
      };
    };
  }

  /**
   * @param {any} [body]
   * @param {any} [init]
   */
  constructor(body = undefined, init = undefined) {
    super();
    if (body === internal) {
      if (init !== undefined) this.#receive(init);
      return;
    }
    if (init !== undefined && init !== null) this.#initialize(init);
    if (body === undefined || body === null) return;
    extractBody(body);
    if (isNullBodyStatus(this.#status)) {
      const empty =
        (extracted.kind === STRING && extracted.content === "") ||
        (extracted.kind === BYTES && typedArrayLength(extracted.content) === 0);
      extracted.content = null;
      if (!empty) throw new TypeError("Response with null body status (101, 204, 205, or 304) cannot have a body.");
      return;
    }
    adoptExtracted(this);
  }

  /** @param {any} init a ResponseInit, or a Response */
  #initialize(init) {
    if (isInstance(init)) {
      this.#status = init.#status;
      this.#statusText = init.#statusText;
      const { cf, encode, webSocket } = init.#details;
      if (init.#details !== noDetails) this.#details = { ...noDetails, cf: cloneCf(cf), encode, webSocket };
      // The body is the constructor's other argument: its Content-Type is not the old one's unless it was said.
      copyHeaders(init, this, false);
      return;
    }
    if (typeof init !== "object" && typeof init !== "function") {
      throw new TypeError("Failed to construct 'Response': parameter 2 is not an object.");
    }
    const { cf, encodeBody, headers, status, statusText, webSocket } = init;
    if (webSocket !== undefined && webSocket !== null && !isWebSocket(webSocket)) {
      throw new TypeError(
        "Incorrect type for the 'webSocket' field on 'ResponseInitializer': the provided value is not of type 'WebSocket'.",
      );
    }
    if (headers !== undefined) adoptHeaders(this, flatListFromInit(headers), false);
    if (cf !== undefined || encodeBody !== undefined || (webSocket !== undefined && webSocket !== null)) {
      const encode = encodeBody === undefined || isAutomatic(encodeBody, "encodeBody");
      this.#details = { ...noDetails, cf: cloneCf(cf), encode, webSocket: webSocket ?? null };
    }
    if (status !== undefined)
      this.#status = converters.long(status, "Failed to construct 'Response'", "member 'status'");
    if (this.#details.webSocket !== null) {
      if (this.#status !== 101) throw new RangeError("Responses with a WebSocket must have status code 101.");
    } else if (this.#status < 200 || this.#status > 599) {
      throw new RangeError("Responses may only be constructed with status codes in the range 200 to 599, inclusive.");
    }
    if (statusText !== undefined) this.#statusText = checkStatusText(statusText);
  }

  /** @param {NativeResponse} native */
  #receive(native) {
    this.#status = native.status;
    this.#statusText = native.statusText;
    this.#details = { ...noDetails, url: native.url, redirected: native.redirected, cf: native.cf };
    adoptHeaders(this, native.headersFlat, true);
    if (native.status === 101) this.#details = { ...this.#details, webSocket: receivedWebSocket(native) };
    else if (native.bodyId !== null) setContent(this, NATIVE, new NativeBody(native.bodyId, native.signal ?? null));
  }

  static error() {
    const response = new Response(internal);
    response.#status = 0;
    adoptHeaders(response, [], true);
    return response;
  }

  /**
   * @param {string} url
   * @param {number} [status]
   */
  static redirect(url, status = 302) {
    const prefix = "Failed to execute 'redirect' on 'Response'";
    requireArguments(arguments.length, 1, prefix);
    const given = converters.USVString(url, prefix, "parameter 1");
    const code = converters.long(status, prefix, "parameter 2");
    if (!isRedirectStatus(code)) {
      throw new RangeError(`${code} is not a redirect status code. It must be one of: 301, 302, 303, 307, or 308.`);
    }
    const parsed = op_fetch_url(given);
    if (parsed === null) throw new TypeError(`Unable to parse URL: ${given}`);
    const response = new Response(internal);
    response.#status = code;
    adoptHeaders(response, ["location", parsed], true);
    return response;
  }

  /**
   * @param {any} data
   * @param {any} [init]
   */
  static json(data, init = undefined) {
    requireArguments(arguments.length, 1, "Failed to execute 'json' on 'Response'");
    const text = stringify(data);
    if (text === undefined) throw new TypeError("The value is not JSON serializable");
    const response = new Response(null, init);
    if (isNullBodyStatus(response.#status)) {
      throw new TypeError("Response with null body status (101, 204, 205, or 304) cannot have a body.");
    }
    extracted.kind = STRING;
    extracted.content = text;
    extracted.type = JSON_TYPE;
    adoptExtracted(response);
    return response;
  }

  get status() {
    return this.#status;
  }

  get statusText() {
    return this.#statusText ?? defaultStatusText(this.#status);
  }

  get ok() {
    return this.#status >= 200 && this.#status < 300;
  }

  get type() {
    return this.#status === 0 ? "error" : "default";
  }

  get url() {
    return this.#details.url;
  }

  get redirected() {
    return this.#details.redirected;
  }

  get cf() {
    return this.#details.cf;
  }

  get webSocket() {
    return this.#details.webSocket;
  }

  clone() {
    if (this.#details.webSocket !== null) throw new TypeError("Cannot clone a response to a WebSocket handshake.");
    const copy = new Response(internal);
    copy.#status = this.#status;
    copy.#statusText = this.#statusText;
    copy.#details = this.#details === noDetails ? noDetails : { ...this.#details, cf: cloneCf(this.#details.cf) };
    copyHeaders(this, copy, true);
    cloneBody(this, copy);
    return copy;
  }
}

/**
 * The WebSocket that a response with status 101 switches to.
 * @param {NativeResponse} native
 */
function receivedWebSocket({ bodyId, headersFlat }) {
  if (bodyId === null) return null;
  return createWebSocket(
    bodyId,
    valueOf(headersFlat, "sec-websocket-protocol"),
    valueOf(headersFlat, "sec-websocket-extensions"),
  );
}

/**
 * @param {string[]} flat
 * @param {string} name
 */
function valueOf(flat, name) {
  for (let index = 0; index < flat.length; index += 2) if (flat[index] === name) return flat[index + 1];
  return "";
}

/**
 * @param {any} value
 * @returns {string}
 */
function checkStatusText(value) {
  const text = converters.DOMString(value, "Failed to construct 'Response'", "member 'statusText'");
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index);
    if (code < 0x20 || code === 0x7f || code > 0xff) throw new TypeError("Invalid statusText");
  }
  return text;
}

defineInterface(Response, { tag: "Response" });
defineInspect(Response, (response, { inspect, options }) => {
  const shown = {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
    ok: response.ok,
    bodyUsed: response.bodyUsed,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
  };
  return `Response ${inspect(shown, options)}`;
});

/**
 * @param {any} value
 * @returns {value is Response}
 */
export function isResponse(value) {
  return isInstance(value);
}

/**
 * @param {NativeResponse} native
 * @returns {Response}
 */
export function createResponseFromNative(native) {
  return new Response(internal, native);
}

/**
 * Takes a response to send it: its body counts as used from then on. Throws if it has been used already.
 * @param {Response} response
 * @returns {ResponseToSend}
 */
export function responseForSending(response) {
  return toSend(response);
}
