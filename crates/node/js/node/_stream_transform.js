// node:_stream_transform, by which old packages reach the class.

import { Transform } from "node:stream";

export default Transform;
