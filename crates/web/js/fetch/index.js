// The Fetch Standard (https://fetch.spec.whatwg.org/). This file only lists: first what script sees, then what the
// rest of the platform uses.

export { Headers } from "./headers.js";
export { Request } from "./request.js";
export { Response } from "./response.js";
export { fetch } from "./fetch.js";

export { cloneHeaders, createHeaders, headersToFlatList, isHeaders } from "./headers.js";
export { isBody } from "./body.js";
export { takeBodyStream } from "./body-transfer.js";
export {
  createInboundRequest,
  isRequest,
  requestCf,
  requestCfIfMade,
  requestMethod,
  requestOptions,
  requestSignal,
  requestUrl,
} from "./request.js";
export { createResponseFromNative, isResponse, responseForSending } from "./response.js";
export { defaultStatusText, isNullBodyStatus } from "./status.js";
export { openWriter, pumpStreamToWriter } from "./pump.js";
export { DECODE, FOLLOW, dispatchOutgoing } from "./outgoing.js";
export { requestToFetch } from "./fetch.js";
