// node:_stream_passthrough, by which old packages reach the class.

import { PassThrough } from "node:stream";

export default PassThrough;
