import stream from "readable-stream";
export const { Duplex, PassThrough, Readable, Transform, Writable, finished, pipeline } = stream;
export default stream;
