// Puts the web platform on a global object.

import { op_define_deferred } from "selvedge:ops";
import * as compression from "deferred:web/compression/compression-streams.js";
import * as cryptography from "deferred:web/crypto/subtle-index.js";
import * as textStreams from "deferred:web/encoding/text-streams.js";
import * as eventSource from "deferred:web/eventsource/index.js";
import * as messaging from "deferred:web/messaging/index.js";
import * as measuring from "deferred:web/performance/entry-index.js";
import * as cloning from "deferred:web/structured-clone/index.js";
import * as patterns from "deferred:web/url/url-pattern.js";
import * as blob from "./blob/index.js";
import { console } from "./console/index.js";
import { Crypto, crypto } from "./crypto/index.js";
import { DOMException } from "./dom-exception.js";
import * as encoding from "./encoding/index.js";
import * as events from "./events/index.js";
import * as web from "./fetch/index.js";
import * as navigation from "./navigator/index.js";
import { Performance, installFrozenClock, now, performance } from "./performance/index.js";
import * as streams from "./streams/index.js";
import * as timers from "./timers/index.js";
import * as urls from "./url/index.js";
import * as sockets from "./websocket/index.js";

const { defineProperty } = Object;

/** Interfaces: writable, configurable, not enumerable (https://webidl.spec.whatwg.org/#es-interfaces). */
const interfaces = {
  AbortController: events.AbortController,
  AbortSignal: events.AbortSignal,
  Blob: blob.Blob,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CloseEvent: events.CloseEvent,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  Crypto,
  CustomEvent: events.CustomEvent,
  DOMException,
  ErrorEvent: events.ErrorEvent,
  Event: events.Event,
  EventTarget: events.EventTarget,
  File: blob.File,
  FixedLengthStream: streams.FixedLengthStream,
  FormData: blob.FormData,
  Headers: web.Headers,
  IdentityTransformStream: streams.IdentityTransformStream,
  MessageEvent: events.MessageEvent,
  Navigator: navigation.Navigator,
  Performance,
  PromiseRejectionEvent: events.PromiseRejectionEvent,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  Request: web.Request,
  Response: web.Response,
  TextDecoder: encoding.TextDecoder,
  TextEncoder: encoding.TextEncoder,
  TransformStream: streams.TransformStream,
  TransformStreamDefaultController: streams.TransformStreamDefaultController,
  URL: urls.URL,
  URLSearchParams: urls.URLSearchParams,
  WebSocket: sockets.WebSocket,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultController: streams.WritableStreamDefaultController,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
};

/** Operations and attributes of the global object: enumerable. */
const members = {
  atob: encoding.atob,
  btoa: encoding.btoa,
  clearImmediate: timers.clearImmediate,
  clearInterval: timers.clearInterval,
  clearTimeout: timers.clearTimeout,
  crypto,
  fetch: web.fetch,
  navigator: navigation.navigator,
  performance,
  queueMicrotask: timers.queueMicrotask,
  reportError: navigation.reportError,
  scheduler: timers.scheduler,
  setImmediate: timers.setImmediate,
  setInterval: timers.setInterval,
  setTimeout: timers.setTimeout,
};

/**
 * What is made when it is first read: interfaces by the modules that have them, then members.
 * @type {[names: string[], load: () => object, enumerable: boolean][]}
 */
const deferred = [
  [["CompressionStream", "DecompressionStream"], () => compression, false],
  [["CryptoKey", "SubtleCrypto"], () => cryptography, false],
  [["EventSource"], () => eventSource, false],
  [["MessageChannel", "MessagePort"], () => messaging, false],
  [
    [
      "EventCounts",
      "PerformanceEntry",
      "PerformanceMark",
      "PerformanceMeasure",
      "PerformanceObserver",
      "PerformanceObserverEntryList",
      "PerformanceResourceTiming",
    ],
    () => measuring,
    false,
  ],
  [["TextDecoderStream", "TextEncoderStream"], () => textStreams, false],
  [["URLPattern"], () => patterns, false],
  [["structuredClone"], () => cloning, true],
];

const { addEventListener, dispatchEvent, removeEventListener } = events.EventTarget.prototype;

/**
 * @param {object} global
 * @param {Record<string, unknown>} values
 * @param {boolean} enumerable
 */
function define(global, values, enumerable) {
  for (const [name, value] of Object.entries(values)) {
    defineProperty(global, name, { value, writable: true, enumerable, configurable: true });
  }
}

/**
 * Makes `global` the global object of a worker.
 * @param {any} global
 */
export function installGlobals(global) {
  define(global, interfaces, false);
  define(global, members, true);
  for (const [names, load, enumerable] of deferred) op_define_deferred(global, names, load, enumerable);
  define(global, { addEventListener, dispatchEvent, removeEventListener }, true);
  define(global, { console }, false);
  defineProperty(global, "self", { value: global, writable: true, enumerable: true, configurable: true });
  installFrozenClock(global);
  events.adoptGlobalEventTarget(global);
  events.setTimerHooks({ setTimeout: timers.setTimeout, clearTimeout: timers.clearTimeout });
  events.setReportException(navigation.reportException);
  events.setEventClock(now);
  navigation.setErrorTarget(global);
}
