// The globals that npm packages use: those of ours, whatever a guest made of its own (bundle.mjs injects them).

import { Blob } from "selvedge:web/blob/index.js";
import { AbortController, AbortSignal, Event, EventTarget } from "selvedge:web/events/index.js";
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
} from "selvedge:web/timers/index.js";
import { URL, URLSearchParams } from "selvedge:web/url/index.js";
import { core as process } from "./process/core.js";

/** unenv warns of what is deprecated, which hosted does not. */
const console = { warn() {} };

export {
  AbortController,
  AbortSignal,
  Blob,
  Event,
  EventTarget,
  URL,
  URLSearchParams,
  clearImmediate,
  clearInterval,
  clearTimeout,
  console,
  process,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
};
