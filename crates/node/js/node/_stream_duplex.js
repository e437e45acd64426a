// node:_stream_duplex, by which old packages reach the class.

import { Duplex } from "node:stream";

export default Duplex;
