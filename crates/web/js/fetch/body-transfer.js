//# functionsCalledOnLoad: takeBody
// Bodies on their way from one object to another: sent, moved, cloned.

import * as cloning from "deferred:web/structured-clone/index.js";
import {
  createNativeByteStream,
  createReadableByteStream,
  readableStreamClose,
  readableStreamEnqueue,
  readableStreamReader,
  readableStreamTee,
  takeNativeSource,
} from "../streams/index.js";
import { then } from "../streams/promises.js";
import { checkUsable, contentOf, kindOf, markUsed, setContent } from "./body.js";
import { MemoryBody, NativeBody } from "./body-source.js";
import { BYTES, NATIVE, NONE, STREAM, STRING } from "./extract-body.js";

/** @typedef {import("./body.js").Body} Body */

/** Where takeBody() leaves what it took. Read at once: no object is made. */
export const taken = {
  kind: NONE,
  /** @type {any} a string, a Uint8Array not to be written to, a NativeBody, or a ReadableStream */ content: null,
};

/**
 * Takes a body to send it: it counts as used, and `taken` holds the simplest form that it is still in. Throws if
 * it has been used or its stream is locked.
 * @param {Body} body
 */
export function takeBody(body) {
  checkUsable(body);
  taken.kind = kindOf(body);
  taken.content = contentOf(body);
  if (taken.kind === NONE) return;
  markUsed(body);
  if (taken.kind !== STREAM) return;
  const source = takeNativeSource(taken.content);
  if (source instanceof NativeBody) {
    taken.kind = NATIVE;
    taken.content = source;
  } else if (source instanceof MemoryBody) {
    taken.kind = typeof source.content === "string" ? STRING : BYTES;
    taken.content = source.content;
  } else if (source !== undefined) {
    taken.content = createNativeByteStream(source);
  }
}

/**
 * Moves a body into a new object ("create a proxy": https://streams.spec.whatwg.org/#readablestream-create-a-proxy).
 * @param {Body} from
 * @param {Body} to
 */
export function moveBody(from, to) {
  takeBody(from);
  const { kind, content } = taken;
  taken.content = null;
  setContent(to, kind, kind === STREAM ? proxy(content) : content);
}

/**
 * Takes a body to read it as a stream: it counts as used. Throws as takeBody().
 * @param {Body} body
 * @returns {import("../streams/index.js").ReadableStream | null}
 */
export function takeBodyStream(body) {
  checkUsable(body);
  const kind = kindOf(body);
  if (kind === NONE) return null;
  const content = contentOf(body);
  markUsed(body);
  if (kind === STREAM) return content;
  const stream = createNativeByteStream(kind === NATIVE ? content : new MemoryBody(content));
  setContent(body, STREAM, stream);
  return stream;
}

/**
 * A stream of what another one gives, which is locked.
 * @param {any} stream
 */
function proxy(stream) {
  const reader = readableStreamReader(stream);
  const result = createReadableByteStream({
    pull: () =>
      then(reader.read(), (step) => {
        if (step === undefined) readableStreamClose(result);
        else readableStreamEnqueue(result, step.chunk);
      }),
    cancel: (reason) => reader.cancel(reason),
  });
  return result;
}

/**
 * Gives a new object a copy of a body: what is in memory is shared, a stream is teed, its
 * chunks cloned. Throws as takeBody().
 * @param {Body} from
 * @param {Body} to
 */
export function cloneBody(from, to) {
  checkUsable(from);
  const kind = kindOf(from);
  if (kind <= BYTES) {
    setContent(to, kind, contentOf(from));
    return;
  }
  const branches = readableStreamTee(/** @type {any} */ (from.body), cloning.structuredClone);
  setContent(from, STREAM, branches[0]);
  setContent(to, STREAM, branches[1]);
}
