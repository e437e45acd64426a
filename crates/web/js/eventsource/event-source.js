// EventSource (https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface), with hosted's
// additions (https://developers.cloudflare.com/workers/runtime-apis/eventsource/): `EventSource.from(stream)` reads a
// stream that is there already, and the option `fetcher` connects through a binding.
//
// As hosted has it, a server that ends the stream is connected to again, after 2 seconds or what `retry` says, within 1
// and 10 seconds; one that cannot be reached at all is not. Error events are ErrorEvents that say why.

import { op_fetch_url, op_invocation_id } from "selvedge:ops";
import { parseMimeType } from "../blob/mime-type.js";
import { DOMException } from "../dom-exception.js";
import { TextDecoder } from "../encoding/text-decoder.js";
import {
  AbortController,
  ErrorEvent,
  Event,
  EventTarget,
  abortController,
  createMessageEvent,
  defineEventHandler,
  fireEvent,
} from "../events/index.js";
import { Body } from "../fetch/body.js";
import { fetch } from "../fetch/fetch.js";
import { commaJoined } from "../fetch/header-list.js";
import { headersToFlatList } from "../fetch/headers.js";
import { Request } from "../fetch/request.js";
import { isResponse } from "../fetch/response.js";
import {
  isReadableStream,
  isReadableStreamDisturbed,
  isReadableStreamLocked,
  readableStreamReader,
} from "../streams/index.js";
import { markHandled, queueTask, then } from "../streams/promises.js";
import { clearTimeout, setTimeout } from "../timers/timers.js";
import { URL } from "../url/url.js";
import {
  converters,
  defineInterface,
  dictionary,
  interfaceOf,
  internal,
  requireArguments,
  uncurryThis,
} from "../webidl.js";
import { arrayBufferKind, bytesOf } from "../webidl/buffers.js";
import { EventStreamParser } from "./parser.js";

const { defineProperty } = Object;
const { isView } = ArrayBuffer;
const decode = uncurryThis(TextDecoder.prototype.decode);
/** @type {(body: Body) => any} */
const bodyOf = uncurryThis(
  /** @type {() => any} */ (
    /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Body.prototype, "body")).get
  ),
);

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** When to connect again, in milliseconds. */
const RECONNECTION_TIME = 2000;
const SHORTEST_RECONNECTION_TIME = 1000;
const LONGEST_RECONNECTION_TIME = 10_000;

const convertInit = dictionary("EventSourceInit", [
  { key: "fetcher", converter: converters.object },
  { key: "withCredentials", converter: converters.boolean, defaultValue: false },
]);
const convertStream = interfaceOf("ReadableStream", isReadableStream);

function requireInvocation() {
  try {
    op_invocation_id();
  } catch {
    throw new DOMException(
      "An EventSource can only be created within the context of a worker request.",
      "NotSupportedError",
    );
  }
}

/** The connection behind an EventSource. */
class Connection {
  readyState = CONNECTING;
  /** @type {EventTarget} */ #target;
  /** @type {string} empty for a stream that is there already */ url;
  /** @type {any} */ #fetcher;
  #reconnectionTime = RECONNECTION_TIME;
  #lastEventId = "";
  #origin = "";
  #hadNoBody = false;
  /** @type {number | undefined} */ #timer = undefined;
  #abort = new AbortController();
  /** @type {(() => void) | undefined} ends the stream that is read */ #cancel = undefined;

  /**
   * @param {EventTarget} target
   * @param {string} url
   * @param {any} fetcher
   */
  constructor(target, url, fetcher) {
    this.#target = target;
    this.url = url;
    this.#fetcher = fetcher;
  }

  get #isClosed() {
    return this.readyState === CLOSED;
  }

  connect() {
    this.#abort = new AbortController();
    /** @type {Array<[string, string]>} */
    const headers = [
      ["accept", "text/event-stream"],
      ["cache-control", "no-cache"],
    ];
    if (this.#lastEventId !== "") headers[2] = ["last-event-id", this.#lastEventId];
    const init = { headers, signal: this.#abort.signal, fetcher: this.#fetcher };
    let request;
    try {
      request = new Request(this.url, init);
    } catch (error) {
      // An event ID need not be a header's value.
      this.#fail(error);
      return;
    }
    then(
      fetch(request),
      (response) => this.#onResponse(response),
      (error) => this.#fail(error),
    );
  }

  /** @param {any} response */
  #onResponse(response) {
    if (this.#isClosed) return;
    if (!isResponse(response)) {
      this.#fail(new TypeError("The fetcher did not give a Response."));
      return;
    }
    const { status, url } = response;
    if (status < 200 || status > 299) {
      this.#fail(new DOMException(`The response status code was ${status}.`, "AbortError"));
      return;
    }
    const type = commaJoined(headersToFlatList(response.headers), "content-type");
    if (type === null) {
      this.#fail(new DOMException("No content type header was present in the response.", "AbortError"));
      return;
    }
    if (parseMimeType(type)?.essence !== "text/event-stream") {
      this.#fail(new DOMException(`The content type '${type}' is invalid.`, "AbortError"));
      return;
    }
    const body = bodyOf(response);
    if (body === null) {
      if (this.#hadNoBody) {
        this.#fail(new Error("The server provided no content."));
      } else {
        this.#hadNoBody = true;
        this.#reconnect(new Error("The server provided no content. Will try reconnecting."));
      }
      return;
    }
    this.#origin = new URL(url === "" ? this.url : url).origin;
    this.#open();
    this.read(body, true);
  }

  #open() {
    if (this.#isClosed) return;
    this.readyState = OPEN;
    fireEvent(this.#target, new Event("open"));
  }

  /** A stream is there already: `open` is fired when listeners can have been added. */
  openLater() {
    this.readyState = OPEN;
    queueTask(() => this.#open());
  }

  /**
   * @param {any} stream
   * @param {boolean} reconnects whether its end is a reason to connect again
   */
  read(stream, reconnects) {
    if (this.#isClosed) return;
    const reader = readableStreamReader(stream);
    this.#cancel = () => markHandled(reader.cancel(undefined));
    const decoder = new TextDecoder();
    const parser = new EventStreamParser(
      this.#lastEventId,
      (message) => this.#onMessage(message),
      (milliseconds) => {
        const atLeast = milliseconds > SHORTEST_RECONNECTION_TIME ? milliseconds : SHORTEST_RECONNECTION_TIME;
        this.#reconnectionTime = atLeast < LONGEST_RECONNECTION_TIME ? atLeast : LONGEST_RECONNECTION_TIME;
      },
    );
    const onStep = (/** @type {any} */ step) => {
      if (this.#isClosed) return undefined;
      if (step === undefined) {
        const error = new Error("The server disconnected.");
        if (reconnects) this.#reconnect(error);
        else this.#fail(error);
        return undefined;
      }
      const { chunk } = step;
      if (!isView(chunk) && arrayBufferKind(chunk) === null) {
        throw new TypeError("The stream of an EventSource must give bytes.");
      }
      parser.push(decode(decoder, bytesOf(chunk), { stream: true }));
      this.#lastEventId = parser.lastEventId;
      return then(reader.read(), onStep);
    };
    then(then(reader.read(), onStep), undefined, (error) => {
      if (this.#isClosed) return;
      this.#cancel?.();
      // A connection that breaks off is one that has ended.
      if (reconnects) this.#reconnect(error);
      else this.#fail(error);
    });
  }

  /** @param {import("./parser.js").Message} message */
  #onMessage({ type, data, lastEventId }) {
    if (this.#isClosed) return;
    fireEvent(this.#target, createMessageEvent(type, { data, lastEventId, origin: this.#origin }));
  }

  /** @param {any} error */
  #reconnect(error) {
    this.readyState = CONNECTING;
    this.#cancel = undefined;
    this.#timer = setTimeout(() => this.connect(), this.#reconnectionTime);
    this.#fireError(error);
  }

  /** @param {any} error */
  #fail(error) {
    if (this.#isClosed) return;
    this.readyState = CLOSED;
    abortController(this.#abort, error);
    this.#fireError(error);
  }

  /** @param {any} error */
  #fireError(error) {
    let message = "";
    try {
      message = `${error?.message ?? error}`;
    } catch {
      // What a stream failed with is anything.
    }
    fireEvent(this.#target, new ErrorEvent("error", { error, message }));
  }

  close() {
    if (this.#isClosed) return;
    this.readyState = CLOSED;
    clearTimeout(this.#timer);
    abortController(this.#abort, undefined);
    this.#cancel?.();
  }
}

/** Messages that a server sends, one after the other. */
export class EventSource extends EventTarget {
  /** @type {Connection} */ #connection;

  /**
   * @param {string} url
   * @param {{ withCredentials?: boolean, fetcher?: any }} [eventSourceInitDict] `fetcher`: whose fetch() connects
   */
  constructor(url, eventSourceInitDict = undefined) {
    super();
    if (/** @type {any} */ (url) === internal) {
      this.#connection = new Connection(this, "", undefined);
      return;
    }
    const prefix = "Failed to construct 'EventSource'";
    requireArguments(arguments.length, 1, prefix);
    const given = converters.USVString(url, prefix, "parameter 1");
    const { fetcher, withCredentials } = convertInit(eventSourceInitDict, prefix, "parameter 2");
    requireInvocation();
    if (withCredentials) {
      throw new DOMException(
        "The init.withCredentials option is not supported. It must be false or undefined.",
        "NotSupportedError",
      );
    }
    const parsed = op_fetch_url(given);
    if (parsed === null) {
      throw new DOMException(`Cannot open an EventSource to '${given}'. The URL is invalid.`, "SyntaxError");
    }
    this.#connection = new Connection(this, parsed, fetcher);
    this.#connection.connect();
  }

  /**
   * The messages in a stream of bytes. When it ends, the EventSource closes.
   * @param {any} stream a ReadableStream
   * @returns {EventSource}
   */
  static from(stream) {
    const prefix = "Failed to execute 'from' on 'EventSource'";
    requireArguments(arguments.length, 1, prefix);
    convertStream(stream, prefix, "parameter 1");
    requireInvocation();
    if (isReadableStreamLocked(stream)) throw new TypeError("This ReadableStream is locked.");
    if (isReadableStreamDisturbed(stream)) throw new TypeError("This ReadableStream has already been read from.");
    const source = new EventSource(/** @type {any} */ (internal));
    source.#connection.openLater();
    source.#connection.read(stream, false);
    return source;
  }

  get url() {
    return this.#connection.url;
  }

  get withCredentials() {
    this.#connection;
    return false;
  }

  get readyState() {
    return this.#connection.readyState;
  }

  close() {
    this.#connection.close();
  }
}

defineInterface(EventSource, { tag: "EventSource", length: 1 });
defineConstant("CONNECTING", 0);
defineConstant("OPEN", 1);
defineConstant("CLOSED", 2);

/**
 * @param {string} name
 * @param {number} value
 */
function defineConstant(name, value) {
  /** @type {any} */
  const descriptor = { __proto__: null, value, enumerable: true, writable: false, configurable: false };
  defineProperty(EventSource, name, descriptor);
  defineProperty(EventSource.prototype, name, descriptor);
}
defineEventHandler(EventSource.prototype, "open");
defineEventHandler(EventSource.prototype, "message");
defineEventHandler(EventSource.prototype, "error");
