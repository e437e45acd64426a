//# allFunctionsCalledOnLoad
// Request (https://fetch.spec.whatwg.org/#request-class), with Cloudflare's `cf` and `fetcher`.

import { op_fetch_url } from "selvedge:ops";
import { createSignal, isAbortSignal } from "../events/index.js";
import { defineInspect } from "../console/inspectable.js";
import { converters, defineInterface, internal, requireArguments } from "../webidl.js";
import { Body, adoptExtracted, adoptHeaders, copyHeaders, isUsed, kindOf, setContent } from "./body.js";
import { NativeBody } from "./body-source.js";
import { cloneBody, moveBody } from "./body-transfer.js";
import { cloneCf } from "./cf.js";
import { NATIVE, NONE, extractBody } from "./extract-body.js";
import { flatListFromInit } from "./headers.js";
import { normalizeMethod } from "./method.js";
import { defaultOptions, optionsFromInit } from "./request-options.js";

/** @typedef {import("../events/index.js").AbortSignal} AbortSignal */
/** @typedef {import("./request-options.js").RequestOptions} RequestOptions */

const prefix = "Failed to construct 'Request'";

/** @type {(value: any) => value is Request} */
let isInstance;
/** @type {(request: Request) => string} */
let methodOf;
/** @type {(request: Request) => string} */
let urlOf;
/** @type {(request: Request) => RequestOptions} */
let optionsOf;
/** @type {(request: Request) => AbortSignal | null} */
let signalOf;
/** @type {(request: Request) => any} */
let cfOf;
/** @type {(request: Request) => any} */
let cfIfMade;

/**
 * What a request from outside is made of. Functions are called when their value is first needed.
 * @typedef {object} InboundRequest
 * @property {string} method
 * @property {string} url absolute and normalized
 * @property {() => string[]} headersThunk a new flat list of lower-case names and values at each call
 * @property {number | null} bodyId
 * @property {() => any} cfThunk a new object at each call
 * @property {AbortSignal | (() => AbortSignal) | null} signal
 */

/** A request, received or to be sent. */
export class Request extends Body {
  #method = "GET";
  #url = "";
  #options = defaultOptions;
  /** @type {AbortSignal | null} what script gave: it aborts a fetch of this request */ #signal = null;
  /** @type {AbortSignal | (() => AbortSignal) | null} what script sees otherwise: the client going away aborts it,
   * but no fetch of the request, as on Cloudflare */
  #ownSignal = null;
  #hasCf = false;
  /** @type {any} the object, or the function that makes it while `#hasCf` is false */ #cf = undefined;

  static {
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #url in value
    );
    methodOf = (request) => request.#method;
    urlOf = (request) => request.#url;
    optionsOf = (request) => request.#options;
    signalOf = (request) => request.#signal;
    cfOf = (request) => {
      if (!request.#hasCf) {
        request.#hasCf = true;
        if (request.#cf !== undefined) request.#cf = request.#cf();
      }
      return request.#cf;
    };
    cfIfMade = (request) => (request.#hasCf ? request.#cf : undefined);
  }

  /**
   * @param {any} input
   * @param {any} [init]
   */
  constructor(input, init = undefined) {
    super();
    if (input === internal) {
      if (init !== undefined) this.#receive(init);
      return;
    }
    requireArguments(arguments.length, 1, prefix);
    if (init === null) init = undefined;
    if (init !== undefined && typeof init !== "object" && typeof init !== "function") {
      throw new TypeError(`${prefix}: parameter 2 is not an object.`);
    }
    if (isInstance(input)) {
      this.#url = input.#url;
      // Nothing of `input` is taken before `init` has been looked at, as that may fail.
      this.#copy(input, init);
      return;
    }
    const given = converters.USVString(input, prefix, "parameter 1");
    const url = op_fetch_url(given);
    if (url === null) throw new TypeError(`Invalid URL: ${given}`);
    this.#url = url;
    if (isInstance(init)) this.#copy(init, undefined);
    else if (init !== undefined) this.#initialize(init, null);
  }

  /** @param {InboundRequest} inbound */
  #receive(inbound) {
    this.#method = inbound.method;
    this.#url = inbound.url;
    this.#ownSignal = inbound.signal;
    this.#cf = inbound.cfThunk;
    adoptHeaders(this, inbound.headersThunk, true);
    if (inbound.bodyId !== null) setContent(this, NATIVE, new NativeBody(inbound.bodyId, null));
  }

  /**
   * Takes over what another request is, its URL excepted.
   * @param {Request} input
   * @param {any} init
   */
  #copy(input, init) {
    const other = isInstance(init) ? init : input;
    this.#method = other.#method;
    this.#options = other.#options;
    this.#copySignalAndCf(other);
    if (init === undefined || isInstance(init)) {
      copyHeaders(other, this, false);
      takeOver(other, this);
    } else {
      this.#initialize(init, input);
    }
  }

  /** @param {Request} other */
  #copySignalAndCf(other) {
    this.#signal = other.#signal;
    this.#ownSignal = other.#ownSignal;
    this.#hasCf = other.#hasCf;
    this.#cf = other.#hasCf ? cloneCf(other.#cf) : other.#cf;
  }

  /**
   * @param {any} init a RequestInit
   * @param {Request | null} input the request that it changes
   */
  #initialize(init, input) {
    const { body, cf, headers, method, signal } = init;
    this.#options = optionsFromInit(init, this.#options);
    if (method !== undefined) this.#method = normalizeMethod(method);
    if (signal !== undefined) {
      if (signal !== null && !isAbortSignal(signal)) {
        throw new TypeError(`${prefix}: member 'signal' of RequestInit is not of type 'AbortSignal'.`);
      }
      this.#signal = signal;
      this.#ownSignal = null;
    }
    if (cf !== undefined) {
      this.#cf = cloneCf(cf);
      this.#hasCf = true;
    }
    if (headers !== undefined) adoptHeaders(this, flatListFromInit(headers), false);
    else if (input !== null) copyHeaders(input, this, false);

    const bodiless = this.#method === "GET" || this.#method === "HEAD";
    if (body !== undefined && body !== null) {
      if (bodiless) throw new TypeError("Request with a GET or HEAD method cannot have a body.");
      extractBody(body);
      adoptExtracted(this);
    } else if (body === undefined && input !== null) {
      if (method !== undefined && bodiless && kindOf(input) !== NONE) {
        throw new TypeError("Request with a GET or HEAD method cannot have a body.");
      }
      takeOver(input, this);
    }
  }

  get method() {
    return this.#method;
  }

  get url() {
    return this.#url;
  }

  get redirect() {
    return this.#options.manual ? "manual" : "follow";
  }

  get signal() {
    if (this.#signal !== null) return this.#signal;
    if (typeof this.#ownSignal === "function") this.#ownSignal = this.#ownSignal();
    return (this.#ownSignal ??= createSignal());
  }

  get cf() {
    return cfOf(this);
  }

  get fetcher() {
    return this.#options.fetcher;
  }

  get cache() {
    return this.#options.cache;
  }

  get integrity() {
    this.#url;
    return "";
  }

  get keepalive() {
    this.#url;
    return false;
  }

  clone() {
    const copy = new Request(internal);
    copy.#method = this.#method;
    copy.#url = this.#url;
    copy.#options = this.#options;
    copy.#copySignalAndCf(this);
    copyHeaders(this, copy, true);
    cloneBody(this, copy);
    return copy;
  }
}

/**
 * @param {Request} from
 * @param {Request} to
 */
function takeOver(from, to) {
  if (isUsed(from)) throw new TypeError("Cannot reconstruct a Request with a used body.");
  moveBody(from, to);
}

defineInterface(Request, { tag: "Request", length: 1 });
defineInspect(Request, (request, { inspect, options }) => {
  const shown = {
    method: request.method,
    url: request.url,
    headers: request.headers,
    redirect: request.redirect,
    cf: request.cf,
    bodyUsed: request.bodyUsed,
  };
  return `Request ${inspect(shown, options)}`;
});

/**
 * @param {any} value
 * @returns {value is Request}
 */
export function isRequest(value) {
  return isInstance(value);
}

/**
 * The request of an event. Its headers are immutable; nothing is fetched from the native side before script
 * looks at it.
 * @param {InboundRequest} inbound
 * @returns {Request}
 */
export function createInboundRequest(inbound) {
  return new Request(internal, inbound);
}

export {
  cfOf as requestCf,
  cfIfMade as requestCfIfMade,
  methodOf as requestMethod,
  optionsOf as requestOptions,
  signalOf as requestSignal,
  urlOf as requestUrl,
};
