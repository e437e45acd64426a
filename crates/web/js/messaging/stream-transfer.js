// Streams that are transferred (https://streams.spec.whatwg.org/#transferrable-streams): the old stream is piped into
// one end of a channel, whose other end feeds the new one. Chunks are cloned on the way.
//
// The standard has MessagePorts for the channel, of which nobody sees anything; ours is only the tasks that they would
// be.

import { markHandled, newlyResolvedWith, rejectedWith, resolvedWith, then, Deferred } from "../streams/promises.js";
import { pipeTo } from "../streams/readable/pipe.js";
import { DefaultControllerState } from "../streams/readable/default-controller.js";
import { ReadableStreamState, isLocked } from "../streams/readable/state.js";
import { stateOf as readableStateOf, wrap as wrapReadable } from "../streams/readable/stream.js";
import { transformSidesOf, wrapSides } from "../streams/transform/stream.js";
import { WritableControllerState } from "../streams/writable/controller.js";
import { WritableStreamState, isLocked as isWritableLocked } from "../streams/writable/state.js";
import { stateOf as writableStateOf, wrap as wrapWritable } from "../streams/writable/stream.js";
import { cloneValue } from "../structured-clone/structured-clone.js";
import { dataCloneError } from "../structured-clone/transfer-list.js";
import { startTask } from "../timers/tasks.js";

/** @typedef {import("../structured-clone/platform-objects.js").Transfer} Transfer */
/** @typedef {"chunk" | "close" | "error" | "pull"} MessageType */

/** One end of the channel. */
class End {
  /** @type {End | undefined} */ other = undefined;
  /** @type {(type: MessageType, value: any) => void} */ onMessage = () => {};

  /**
   * "PackAndPostMessage"
   * @param {MessageType} type
   * @param {any} value
   */
  post(type, value) {
    const { other } = this;
    const clone = cloneValue(value);
    if (other !== undefined) startTask(() => other.onMessage(type, clone));
  }

  /**
   * "PackAndPostMessageHandlingError": the other side hears of what cannot be cloned.
   * @param {MessageType} type
   * @param {any} value
   * @returns {{ error: any } | undefined}
   */
  tryPost(type, value) {
    try {
      this.post(type, value);
      return undefined;
    } catch (error) {
      this.sendError(error);
      return { error };
    }
  }

  /** @param {any} error "CrossRealmTransformSendError" */
  sendError(error) {
    try {
      this.post("error", error);
    } catch {
      // An error that cannot be cloned: the other side is not told.
    }
  }

  disentangle() {
    if (this.other !== undefined) this.other.other = undefined;
    this.other = undefined;
  }
}

/** @returns {[End, End]} */
function createEnds() {
  const first = new End();
  const second = new End();
  first.other = second;
  second.other = first;
  return [first, second];
}

/**
 * SetUpCrossRealmTransformReadable
 * @param {ReadableStreamState} stream
 * @param {End} end
 */
function setUpReadable(stream, end) {
  const controller = new DefaultControllerState(
    stream,
    () => {
      end.post("pull", undefined);
      return resolvedWith(undefined);
    },
    (reason) => {
      const failed = end.tryPost("error", reason);
      end.disentangle();
      return failed === undefined ? resolvedWith(undefined) : rejectedWith(failed.error);
    },
    0,
    undefined,
  );
  end.onMessage = (type, value) => {
    if (type === "chunk") {
      controller.enqueue(value);
    } else if (type === "close") {
      controller.close();
      end.disentangle();
    } else if (type === "error") {
      controller.error(value);
      end.disentangle();
    }
  };
  controller.start(undefined);
}

/**
 * SetUpCrossRealmTransformWritable
 * @param {WritableStreamState} stream
 * @param {End} end
 */
function setUpWritable(stream, end) {
  /** @type {Deferred | undefined} */
  let backpressure = new Deferred();
  const relieve = () => {
    backpressure?.resolve(undefined);
    backpressure = undefined;
  };
  const controller = new WritableControllerState(stream, {
    started: undefined,
    write(chunk) {
      const ready = backpressure === undefined ? resolvedWith(undefined) : backpressure.promise;
      return then(ready, () => {
        backpressure = new Deferred();
        const failed = end.tryPost("chunk", chunk);
        if (failed === undefined) return;
        end.disentangle();
        throw failed.error;
      });
    },
    close() {
      end.post("close", undefined);
      end.disentangle();
      return resolvedWith(undefined);
    },
    abort(reason) {
      const failed = end.tryPost("error", reason);
      end.disentangle();
      return failed === undefined ? resolvedWith(undefined) : rejectedWith(failed.error);
    },
    highWaterMark: 1,
    size: undefined,
  });
  end.onMessage = (type, value) => {
    if (type === "error") controller.errorIfNeeded(value);
    if (type === "error" || type === "pull") relieve();
  };
  controller.start(newlyResolvedWith(undefined));
}

/**
 * @param {ReadableStreamState} from
 * @param {ReadableStreamState} to
 */
function moveReadable(from, to) {
  if (isLocked(from)) throw dataCloneError("The ReadableStream is locked and could not be transferred.");
  const [near, far] = createEnds();
  const writable = new WritableStreamState();
  setUpWritable(writable, near);
  setUpReadable(to, far);
  markHandled(pipeTo(from, writable, {}));
}

/**
 * @param {WritableStreamState} from
 * @param {WritableStreamState} to
 */
function moveWritable(from, to) {
  if (isWritableLocked(from)) throw dataCloneError("The WritableStream is locked and could not be transferred.");
  const [near, far] = createEnds();
  const readable = new ReadableStreamState();
  setUpReadable(readable, near);
  setUpWritable(to, far);
  markHandled(pipeTo(readable, from, {}));
}

/** @param {any} stream */
const readable = (stream) => /** @type {ReadableStreamState} */ (readableStateOf(stream));
/** @param {any} stream */
const writable = (stream) => /** @type {WritableStreamState} */ (writableStateOf(stream));

// A stream that was transferred is locked by its pipe, so that it is refused without being marked as detached.
const isDetached = () => false;

/** @type {Transfer} */
export const readableTransfer = {
  receive: () => wrapReadable(new ReadableStreamState()),
  isDetached,
  move: (from, to) => moveReadable(readable(from), readable(to)),
};

/** @type {Transfer} */
export const writableTransfer = {
  receive: () => wrapWritable(new WritableStreamState()),
  isDetached,
  move: (from, to) => moveWritable(writable(from), writable(to)),
};

/** @type {Transfer} */
export const transformTransfer = {
  receive: () => wrapSides({ readable: new ReadableStreamState(), writable: new WritableStreamState() }),
  isDetached,
  move(from, to) {
    const old = transformSidesOf(from);
    const sides = transformSidesOf(to);
    if (old === undefined || sides === undefined) return;
    if (isLocked(old.readable) || isWritableLocked(old.writable)) {
      throw dataCloneError("A side of the TransformStream is locked, so that it could not be transferred.");
    }
    moveReadable(old.readable, sides.readable);
    moveWritable(old.writable, sides.writable);
  },
};
