// node:stream (https://nodejs.org/api/stream.html): Node's own, as the package readable-stream, with what it leaves out:
// the ways to and from the web's streams.

import Base from "readable-stream/lib/stream.js";
import { duplexPair } from "../internal/stream/pair.js";
import * as web from "../internal/stream/web.js";

/** @type {any} */
const Stream = Base;

Stream.duplexPair = duplexPair;
Stream._isArrayBufferView = ArrayBuffer.isView;
Stream.Readable.fromWeb = web.readableFromWeb;
Stream.Readable.toWeb = web.readableToWeb;
Stream.Writable.fromWeb = web.writableFromWeb;
Stream.Writable.toWeb = web.writableToWeb;
Stream.Duplex.fromWeb = web.duplexFromWeb;
Stream.Duplex.toWeb = web.duplexToWeb;

export const {
  Duplex,
  PassThrough,
  Readable,
  Transform,
  Writable,
  addAbortSignal,
  compose,
  destroy,
  finished,
  getDefaultHighWaterMark,
  isDestroyed,
  isDisturbed,
  isErrored,
  isReadable,
  isWritable,
  pipeline,
  promises,
  setDefaultHighWaterMark,
  _isArrayBufferView,
  _isUint8Array,
  _uint8ArrayToBuffer,
} = Stream;
export { Stream, duplexPair };
export default Stream;
