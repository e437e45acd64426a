import zlib, { constants } from "node:zlib";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { pipeline } from "node:stream";

const collect = (stream, ...chunks) =>
  new Promise((resolve, reject) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => resolve(Buffer.concat(parts)));
    stream.on("error", reject);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });

export default async (show) => {
  const data = Buffer.from("hello, hello, hello and so on, hello again. ".repeat(50));
  for (const [pack, unpack] of [["gzip", "gunzip"], ["deflate", "inflate"], ["deflateRaw", "inflateRaw"], ["brotliCompress", "brotliDecompress"], ["gzip", "unzip"], ["deflate", "unzip"]]) {
    const packed = zlib[`${pack}Sync`](data);
    show(pack, packed.length < data.length / 5, zlib[`${unpack}Sync`](packed).equals(data), (await promisify(zlib[unpack])(await promisify(zlib[pack])(data))).equals(data));
    const Pack = `create${pack[0].toUpperCase()}${pack.slice(1)}`;
    const Unpack = `create${unpack[0].toUpperCase()}${unpack.slice(1)}`;
    const streamed = await collect(zlib[Pack](), data.subarray(0, 10), data.subarray(10));
    const engine = zlib[Unpack]({ chunkSize: 64 });
    show((await collect(engine, ...Array.from(streamed, (byte) => Buffer.from([byte])))).equals(data), engine.bytesWritten === streamed.length);
    show.error(() => zlib[`${unpack}Sync`](packed.subarray(0, packed.length - 5)));
    await show.reject(promisify(zlib[unpack])(packed.subarray(0, 12)));
    await show.reject(collect(zlib[Unpack](), packed.subarray(0, 12)));
  }
  for (const name of ["gunzip", "inflate", "inflateRaw", "unzip"]) {
    show.error(() => zlib[`${name}Sync`](Buffer.from("garbage that is nothing")));
    await show.reject(promisify(zlib[name])(Buffer.from([0x1f, 0x8b, 9, 9])));
  }
  show.code(() => zlib.brotliDecompressSync(Buffer.from([0xff, 0xff, 0xff, 0xff])));
  try {
    zlib.inflateSync(Buffer.from("garbage"));
  } catch (error) {
    show(error.errno, error.code);
  }
  // Made by zlib itself.
  show(zlib.gunzipSync(Buffer.from("H4sIAAAAAAAAA8tIzcnJVyjPL8pJAQCFEUoNCwAAAA==", "base64")).toString(), zlib.inflateSync(Buffer.from("eJzLSM3JyVcozy/KSQEAGgsEXQ==", "base64")).toString(), zlib.brotliDecompressSync(Buffer.from("CwWAaGVsbG8gd29ybGQD", "base64")).toString());
  const dictionary = Buffer.from("hello, hello");
  const packed = zlib.deflateSync(data, { dictionary });
  show(zlib.inflateSync(packed, { dictionary }).equals(data), zlib.inflateRawSync(zlib.deflateRawSync(data, { dictionary }), { dictionary }).equals(data));
  show.error(() => zlib.inflateSync(packed));
  show.error(() => zlib.inflateSync(packed, { dictionary: Buffer.from("other") }));
  for (const options of [{ level: 0 }, { level: 9, memLevel: 9 }, { strategy: constants.Z_HUFFMAN_ONLY }, { strategy: constants.Z_RLE, windowBits: 9 }, { strategy: constants.Z_FIXED, memLevel: 1 }, { windowBits: 8 }]) {
    show(zlib.inflateSync(zlib.deflateSync(data, options)).equals(data), zlib.inflateRawSync(zlib.deflateRawSync(data, options)).equals(data));
  }
  show(zlib.brotliDecompressSync(zlib.brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 16 } })).equals(data));
  const members = Buffer.concat([zlib.gzipSync("one"), zlib.gzipSync("two")]);
  show(zlib.gunzipSync(members).toString(), zlib.unzipSync(members).toString(), zlib.gunzipSync(Buffer.concat([members, Buffer.alloc(10)])).toString(), zlib.inflateSync(Buffer.concat([zlib.deflateSync("x"), Buffer.from("rest")])).toString());
  show.error(() => zlib.gunzipSync(Buffer.concat([members, Buffer.from("rest")])));
  show(zlib.inflateSync(zlib.deflateSync(data).subarray(0, 40), { finishFlush: constants.Z_SYNC_FLUSH }).toString().slice(0, 20));
  show.error(() => zlib.gunzipSync(zlib.gzipSync(Buffer.alloc(100_000)), { maxOutputLength: 1000 }));
  await show.reject(promisify(zlib.gunzip)(zlib.gzipSync(Buffer.alloc(100_000)), { maxOutputLength: 1000 }));
  for (const options of [{ level: 10 }, { level: "9" }, { windowBits: 7 }, { memLevel: 0 }, { strategy: 5 }, { chunkSize: 10 }, { flush: 9 }, { dictionary: "text" }, { finishFlush: NaN }]) show.error(() => zlib.createDeflate(options).constructor === zlib.Deflate);
  show.error(() => zlib.createGzip({ windowBits: 8 }));
  show.error(() => zlib.deflateSync(5));
  show.error(() => zlib.deflate("x"));
  show.code(() => zlib.brotliCompressSync("x", { params: { 99: 1 } }));
  show(zlib.crc32("hello"), zlib.crc32(Buffer.from("lo"), zlib.crc32("hel")), zlib.codes.Z_DATA_ERROR, zlib.Z_BEST_COMPRESSION, constants.Z_BEST_COMPRESSION, zlib.deflateSync("").length, zlib.inflateSync(zlib.deflateSync("")).length);
  show.error(() => zlib.crc32(5));

  // A flush gives what has been written so far.
  const deflate = zlib.createDeflateRaw();
  const parts = [];
  deflate.on("data", (part) => parts.push(part));
  deflate.write("first ");
  await new Promise((resolve) => deflate.flush(resolve));
  show(zlib.inflateRawSync(Buffer.concat(parts), { finishFlush: constants.Z_SYNC_FLUSH }).toString());
  await new Promise((resolve) => deflate.params(9, constants.Z_DEFAULT_STRATEGY, resolve));
  deflate.end("second");
  await new Promise((resolve) => deflate.on("end", resolve));
  show(zlib.inflateRawSync(Buffer.concat(parts)).toString());
  const gzip = zlib.createGzip();
  const unzip = zlib.createGunzip();
  pipeline(gzip, unzip, () => {});
  gzip.end(data);
  const whole = [];
  for await (const part of unzip) whole.push(part);
  show(Buffer.concat(whole).equals(data));
  // eslint-disable-next-line new-cap
  show(zlib.Gzip() instanceof zlib.Gzip, new zlib.Inflate() instanceof zlib.Inflate);
  const closing = zlib.createGzip();
  closing.close();
  await new Promise((resolve) => closing.on("close", resolve));
  show(closing.destroyed);
  const info = zlib.deflateSync("x", { info: true });
  show(info.engine instanceof zlib.Deflate, info.buffer.length);
};
