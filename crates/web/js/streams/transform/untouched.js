// Whether a native body may pass through a transform as if it were not there.

import { READABLE } from "../readable/state.js";
import { WRITABLE, closeQueuedOrInFlight } from "../writable/state.js";

/** @typedef {import("../readable/state.js").ReadableStreamState} ReadableStreamState */

/**
 * @param {ReadableStreamState} readable
 * @param {import("../writable/state.js").WritableStreamState} writable
 * @returns {ReadableStreamState | undefined} the readable side, if nobody has read it and nothing is being written
 */
export function untouchedReadable(readable, writable) {
  const untouched =
    readable.status === READABLE &&
    readable.reader === undefined &&
    !readable.disturbed &&
    readable.native === undefined &&
    writable.status === WRITABLE &&
    writable.writeRequests.size === 0 &&
    writable.inFlightWrite === undefined &&
    !closeQueuedOrInFlight(writable);
  return untouched ? readable : undefined;
}
