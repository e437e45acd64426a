// node:_stream_writable, by which old packages reach the class.

import { Writable } from "node:stream";

export default Writable;
