// The Streams Standard (https://streams.spec.whatwg.org/). This file only lists: first what script sees, then what
// the rest of the platform uses. Functions of the second part take and give public objects (a ReadableStream, a
// WritableStream), unless their name says state.

export { ReadableStream, wrap as wrapReadableState } from "./readable/stream.js";
export { ReadableStreamDefaultReader } from "./readable/default-reader.js";
export { ReadableStreamBYOBReader } from "./readable/byob-reader.js";
export { ReadableStreamDefaultController } from "./readable/default-controller.js";
export { ReadableByteStreamController, ReadableStreamBYOBRequest } from "./readable/byob-request.js";
export { WritableStream } from "./writable/stream.js";
export { WritableStreamDefaultController } from "./writable/controller.js";
export { WritableStreamDefaultWriter } from "./writable/writer.js";
export { TransformStream, isTransformStream } from "./transform/stream.js";
export { TransformStreamDefaultController } from "./transform/controller.js";
export { FixedLengthStream, IdentityTransformStream } from "./transform/identity.js";
export { ByteLengthQueuingStrategy, CountQueuingStrategy } from "./strategies.js";

export { createNativeByteStream, expectedLengthOf, getNativeSource, takeNativeSource } from "./native-source.js";
export { readAllBytes } from "./collect.js";
export {
  createReadableByteStream,
  createReadableStream,
  createTransformStream,
  createWritableStream,
  isReadableStream,
  isReadableStreamDisturbed,
  isReadableStreamErrored,
  isReadableStreamLocked,
  isWritableStream,
  isWritableStreamLocked,
  readableStreamCancel,
  readableStreamClose,
  readableStreamDesiredSize,
  readableStreamEnqueue,
  readableStreamError,
  readableStreamPipeTo,
  readableStreamTee,
  readableStreamReader,
  writableStreamAbort,
  writableStreamClose,
  writableStreamFlush,
  writableStreamWriter,
} from "./internal.js";
