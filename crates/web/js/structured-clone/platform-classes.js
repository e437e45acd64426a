// The classes of the platform as structured clone sees them: blobs are copied (they are immutable, so the copy
// shares their bytes), everything else is refused. What can be transferred is registered in ../messaging/index.js;
// what is not named anywhere is known as a platform object by its prototype.

import {
  File,
  blobBytes,
  blobType,
  createBlob,
  fileLastModified,
  fileName,
  isBlob,
  isFile,
  isFormData,
} from "../blob/index.js";
import { DOMException, isDOMException } from "../dom-exception.js";
import { isAbortSignal, isEvent } from "../events/index.js";
import { isHeaders, isRequest, isResponse } from "../fetch/index.js";
import { errorStack } from "../webidl/error-stack.js";
import { isWebSocket } from "../websocket/index.js";
import { registerPlatformClass } from "./platform-objects.js";

const { defineProperty } = Object;

/**
 * @param {DOMException} exception
 * @returns {DOMException}
 */
function cloneDOMException(exception) {
  const clone = new DOMException(exception.message, exception.name);
  const stack = errorStack(exception);
  if (stack !== undefined) defineProperty(clone, "stack", { value: stack, writable: true, configurable: true });
  return clone;
}

registerPlatformClass({ name: "DOMException", isInstance: isDOMException, clone: cloneDOMException });

// A File is a Blob too, so that it comes first.
registerPlatformClass({
  name: "File",
  isInstance: isFile,
  clone: (file) => new File([file], fileName(file), { type: blobType(file), lastModified: fileLastModified(file) }),
});
registerPlatformClass({
  name: "Blob",
  isInstance: isBlob,
  clone: (blob) => createBlob(blobBytes(blob), blobType(blob)),
});

/** @type {Array<[name: string, isInstance: (value: any) => boolean]>} */
const refused = [
  ["Headers", isHeaders],
  ["Request", isRequest],
  ["Response", isResponse],
  ["FormData", isFormData],
  ["AbortSignal", isAbortSignal],
  ["Event", isEvent],
  ["WebSocket", isWebSocket],
];
for (let index = 0; index < refused.length; index++) {
  registerPlatformClass({ name: refused[index][0], isInstance: refused[index][1] });
}
