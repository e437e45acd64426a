// node:_stream_readable, by which old packages reach the class.

import { Readable } from "node:stream";

export default Readable;
