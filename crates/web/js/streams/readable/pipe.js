// ReadableStreamPipeTo (https://streams.spec.whatwg.org/#readable-stream-pipe-to).
//
// One chunk a microtask: so an endless synchronous source cannot starve everything else, and the destination's
// backpressure is looked at before each read. No promise is made per write; only the last one's is, at the end.

import { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } from "../../events/abort-signal.js";
import { pipeNatively } from "../native-source.js";
import { Deferred, noop, queueTask, resolvedWith, then } from "../promises.js";
import {
  CLOSED as W_CLOSED,
  ERRORED as W_ERRORED,
  WRITABLE,
  WriterState,
  abort,
  closeQueuedOrInFlight,
} from "../writable/state.js";
import { closeWithErrorPropagation, desiredSize, releaseWriter, write } from "../writable/writer.js";
import { acquireDefaultReader, read, releaseReader } from "./readers.js";
import { CLOSED, ERRORED, READABLE, cancel } from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */
/** @typedef {import("../writable/state.js").WritableStreamState} WritableStreamState */

/**
 * @typedef {object} PipeOptions
 * @property {boolean} [preventClose]
 * @property {boolean} [preventAbort]
 * @property {boolean} [preventCancel]
 * @property {any} [signal] an AbortSignal
 */

/**
 * "an action": what is done to the ends before the pipe's promise settles
 * @typedef {() => Promise<any>} Action
 */

class Pipe {
  /** @type {ReadableStreamState} */ #source;
  /** @type {WritableStreamState} */ #destination;
  /** @type {PipeOptions} */ #options;
  /** @type {import("./state.js").DefaultReaderState} */ #reader;
  /** @type {WriterState} */ #writer;
  #done = new Deferred();
  #shuttingDown = false;
  #inRead = false;
  /** @type {Deferred | undefined} */ #lastWrite = undefined;
  /** @type {(() => void) | undefined} */ #onAbort = undefined;
  #step = () => this.#next();

  /**
   * @param {ReadableStreamState} source
   * @param {WritableStreamState} destination
   * @param {PipeOptions} options
   */
  constructor(source, destination, options) {
    this.#source = source;
    this.#destination = destination;
    this.#options = options;
    this.#reader = acquireDefaultReader(source);
    this.#writer = new WriterState(destination);
    source.disturbed = true;
  }

  /** @returns {Promise<any>} */
  run() {
    const { signal } = this.#options;
    if (signal !== undefined) {
      this.#onAbort = () => this.#abort(abortReason(signal));
      if (isAborted(signal)) {
        this.#onAbort();
        return this.#done.promise;
      }
      addAbortAlgorithm(signal, this.#onAbort);
    }
    this.#watch();
    queueTask(this.#step);
    return this.#done.promise;
  }

  #next() {
    if (this.#shuttingDown) return;
    const size = desiredSize(this.#writer);
    if (size === null) return; // an error of the destination: its reaction shuts down
    if (size <= 0) {
      then(this.#writer.ready.promise, this.#step, noop);
      return;
    }
    this.#inRead = true;
    read(this.#reader, this);
    this.#inRead = false;
  }

  /** @param {any} chunk */
  chunkSteps(chunk) {
    if (this.#inRead) {
      this.#write(chunk);
      queueTask(this.#step);
    } else {
      // The source's enqueue() is on the stack, and must not find the sink's write() called by it.
      queueTask(() => {
        this.#write(chunk);
        this.#next();
      });
    }
  }

  closeSteps() {}

  errorSteps() {}

  /** @param {any} chunk */
  #write(chunk) {
    this.#lastWrite = write(this.#writer, chunk);
    this.#lastWrite.markHandled();
  }

  /** Errors and closes must be propagated, in this order. */
  #watch() {
    const source = this.#source;
    const destination = this.#destination;
    const { preventAbort, preventCancel, preventClose } = this.#options;

    const onSourceErrored = (/** @type {any} */ error) =>
      this.#shutdown(preventAbort ? undefined : () => abort(destination, error), true, error);
    const onDestinationErrored = (/** @type {any} */ error) =>
      this.#shutdown(preventCancel ? undefined : () => cancel(source, error), true, error);
    const onSourceClosed = () =>
      this.#shutdown(preventClose ? undefined : () => closeWithErrorPropagation(this.#writer), false, undefined);

    if (source.status === ERRORED) onSourceErrored(source.storedError);
    else if (source.status === READABLE) then(this.#reader.closed.promise, undefined, onSourceErrored);

    if (destination.status === W_ERRORED) onDestinationErrored(destination.storedError);
    else then(this.#writer.closed.promise, undefined, onDestinationErrored);

    if (source.status === CLOSED) onSourceClosed();
    else then(this.#reader.closed.promise, onSourceClosed, noop);

    if (destination.status === W_CLOSED || closeQueuedOrInFlight(destination)) {
      const error = new TypeError("The destination WritableStream closed before all the data could be piped to it.");
      this.#shutdown(preventCancel ? undefined : () => cancel(source, error), true, error);
    }
  }

  /** @param {any} reason */
  #abort(reason) {
    /** @type {Action[]} */
    const actions = [];
    if (!this.#options.preventAbort) {
      actions[actions.length] = () =>
        this.#destination.status === WRITABLE ? abort(this.#destination, reason) : resolvedWith(undefined);
    }
    if (!this.#options.preventCancel) {
      actions[actions.length] = () =>
        this.#source.status === READABLE ? cancel(this.#source, reason) : resolvedWith(undefined);
    }
    this.#shutdown(() => all(actions), true, reason);
  }

  /**
   * "shut down with an action", "shut down"
   * @param {Action | undefined} action
   * @param {boolean} isError
   * @param {any} error
   */
  #shutdown(action, isError, error) {
    if (this.#shuttingDown) return;
    this.#shuttingDown = true;
    const act = () => {
      if (action === undefined) this.#finish(isError, error);
      else
        then(
          action(),
          () => this.#finish(isError, error),
          (reason) => this.#finish(true, reason),
        );
    };
    if (this.#destination.status === WRITABLE && !closeQueuedOrInFlight(this.#destination)) this.#afterWrites(act);
    else act();
  }

  /**
   * Every chunk that was read must be written before the ends are touched; one may still be on its way.
   * @param {() => void} act
   */
  #afterWrites(act) {
    const last = this.#lastWrite;
    const again = () => (last === this.#lastWrite ? act() : this.#afterWrites(act));
    then(last === undefined ? resolvedWith(undefined) : last.promise, again, again);
  }

  /**
   * "finalize"
   * @param {boolean} isError
   * @param {any} error
   */
  #finish(isError, error) {
    releaseWriter(this.#writer);
    releaseReader(this.#reader);
    if (this.#onAbort !== undefined) removeAbortAlgorithm(this.#options.signal, this.#onAbort);
    if (isError) this.#done.reject(error);
    else this.#done.resolve(undefined);
  }
}

/**
 * Runs actions together; settles when all have, or one has failed.
 * @param {Action[]} actions
 * @returns {Promise<any>}
 */
function all(actions) {
  const done = new Deferred();
  let left = actions.length;
  if (left === 0) done.resolve(undefined);
  for (let index = 0; index < actions.length; index++) {
    then(
      actions[index](),
      () => {
        left -= 1;
        if (left === 0) done.resolve(undefined);
      },
      (reason) => done.reject(reason),
    );
  }
  return done.promise;
}

/**
 * Pipes an unlocked stream to an unlocked stream.
 * @param {ReadableStreamState} source
 * @param {WritableStreamState} destination
 * @param {PipeOptions} options
 * @returns {Promise<any>}
 */
export function pipeTo(source, destination, options) {
  return pipeNatively(source, destination, options) ?? new Pipe(source, destination, options).run();
}
