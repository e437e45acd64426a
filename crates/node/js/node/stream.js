// node:stream (https://nodejs.org/api/stream.html): Node's own, from readable-stream.

import Stream from "readable-stream";

export const { Duplex, PassThrough, Readable, Transform, Writable, finished, pipeline } = Stream;
export { Stream };
export default Stream;
