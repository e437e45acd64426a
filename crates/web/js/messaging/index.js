// Messages between ports. This file only lists, and tells structured clone what can be transferred.

import { setPortCheck } from "../events/index.js";
import { isReadableStream, isTransformStream, isWritableStream } from "../streams/index.js";
import { registerPlatformClass } from "../structured-clone/platform-objects.js";
import { isMessagePort, portTransfer } from "./message-port.js";
import { readableTransfer, transformTransfer, writableTransfer } from "./stream-transfer.js";

export { MessageChannel } from "./message-channel.js";
export { MessagePort } from "./message-port.js";

setPortCheck(isMessagePort);
registerPlatformClass({ name: "MessagePort", isInstance: isMessagePort, transfer: portTransfer });
registerPlatformClass({ name: "ReadableStream", isInstance: isReadableStream, transfer: readableTransfer });
registerPlatformClass({ name: "WritableStream", isInstance: isWritableStream, transfer: writableTransfer });
registerPlatformClass({ name: "TransformStream", isInstance: isTransformStream, transfer: transformTransfer });
