import stream, {
  Readable,
  Writable,
  Transform,
  Duplex,
  PassThrough,
  pipeline,
  finished,
  addAbortSignal,
  compose,
  duplexPair,
} from "node:stream";
import promises from "node:stream/promises";
import * as consumers from "node:stream/consumers";
import { StringDecoder } from "node:string_decoder";
import { ReadableStream as WebReadable } from "node:stream/web";

export default async (show) => {
  show(
    stream.Stream === stream,
    stream.promises === promises,
    WebReadable === ReadableStream,
    typeof stream,
    Readable.prototype instanceof stream,
  );
  const log = [];
  show(
    await Readable.from(["a", "b"]).toArray(),
    await Readable.from([1, 2, 3, 4])
      .filter((x) => x % 2 === 0)
      .map((x) => x * 10)
      .toArray(),
    await Readable.from([1, 2, 3]).reduce((a, b) => a + b, 0),
    await Readable.from([1, 2, 3]).take(2).toArray(),
    await Readable.from([1, 2, 3])
      .drop(1)
      .some((x) => x > 2),
  );
  const upper = new Transform({
    transform(chunk, encoding, done) {
      done(null, chunk.toString().toUpperCase());
    },
    flush(done) {
      this.push("!");
      done();
    },
  });
  await promises.pipeline(Readable.from(["hello ", "world"]), upper, async (source) => {
    for await (const chunk of source) log.push(String(chunk));
  });
  show(log.splice(0));
  const sink = new Writable({
    highWaterMark: 3,
    write(chunk, encoding, done) {
      log.push([String(chunk), encoding]);
      setTimeout(done, 1);
    },
    final(done) {
      log.push("final");
      done();
    },
  });
  show(sink.write("ab"), sink.write("cd"), sink.writableNeedDrain, sink.writableLength);
  sink.on("drain", () => log.push("drain"));
  sink.on("finish", () => log.push("finish"));
  sink.on("close", () => log.push("close"));
  await new Promise((r) => sink.once("drain", r));
  sink.end("ef");
  await promises.finished(sink);
  await new Promise((r) => setTimeout(r, 2));
  show(log.splice(0), sink.writableFinished, sink.destroyed);
  const paused = new Readable({ read() {} });
  paused.push("one");
  paused.push("two");
  paused.push(null);
  paused.on("readable", () => {
    let chunk;
    while ((chunk = paused.read(2)) !== null) log.push(String(chunk));
  });
  await new Promise((r) => paused.on("end", r));
  show(log.splice(0));
  const flow = Readable.from([Buffer.from("\u20ac").subarray(0, 2), Buffer.from("\u20ac").subarray(2)], {
    objectMode: false,
  });
  flow.setEncoding("utf8");
  for await (const chunk of flow) log.push(chunk);
  show(log.splice(0));
  await show.reject(
    promises.pipeline(
      new Readable({
        read() {
          this.destroy(new Error("source"));
        },
      }),
      new PassThrough(),
    ),
  );
  await new Promise((r) =>
    pipeline(
      Readable.from(["x"]),
      new Writable({
        write(c, e, done) {
          done(new Error("sink"));
        },
      }),
      (error) => {
        log.push(error.message);
        r();
      },
    ),
  );
  show(log.splice(0));
  const abort = new AbortController();
  const aborted = addAbortSignal(abort.signal, new Readable({ read() {} }));
  setTimeout(() => abort.abort(), 1);
  await show.reject(
    (async () => {
      for await (const _ of aborted);
    })(),
  );
  const gone = new Readable({ read() {} });
  finished(gone, (error) => log.push(error.code));
  gone.destroy();
  await new Promise((r) => setTimeout(r, 2));
  show(log.splice(0), gone.destroyed, gone.readableAborted);
  const [left, right] = duplexPair();
  left.write("over");
  left.end();
  for await (const chunk of right) log.push(String(chunk));
  show(log.splice(0));
  const duplex = new Duplex({
    read() {
      this.push("r");
      this.push(null);
    },
    write(chunk, e, done) {
      log.push(String(chunk));
      done();
    },
  });
  duplex.end("w");
  show(await consumers.text(duplex), log.splice(0));
  show(
    await consumers.json(Readable.from(['{"a":', "1}"])),
    (await consumers.buffer(Readable.from([Buffer.from("b")]))).toString(),
    (await consumers.arrayBuffer(Readable.from([Buffer.from("abc")]))).byteLength,
    await (await consumers.blob(Readable.from(["x", "y"]))).text(),
  );
  const web = Readable.toWeb(Readable.from([Buffer.from("to"), Buffer.from("web")]));
  show(await new Response(web).text());
  show(await consumers.text(Readable.fromWeb(new Response("from web").body)));
  const collected = [];
  const webSink = new WritableStream({
    write(chunk) {
      collected.push(Buffer.from(chunk).toString());
    },
    close() {
      collected.push("closed");
    },
  });
  await promises.pipeline(Readable.from(["p", "q"]), Writable.fromWeb(webSink));
  show(collected);
  const node = new Writable({
    write(chunk, e, done) {
      collected.push(`n${chunk}`);
      done();
    },
  });
  const writer = Writable.toWeb(node).getWriter();
  await writer.write("1");
  await writer.write("2");
  await writer.close();
  show(collected.slice(3));
  const failing = Readable.fromWeb(
    new ReadableStream({
      pull() {
        throw new Error("web failed");
      },
    }),
  );
  await show.reject(consumers.text(failing));
  const both = compose(
    new PassThrough(),
    new Transform({
      transform(c, e, done) {
        done(null, `<${c}>`);
      },
    }),
  );
  both.end("in");
  show(await consumers.text(both));
  const decoder = new StringDecoder("utf8");
  show(
    decoder.write(Buffer.from([0xe2, 0x82])),
    decoder.write(Buffer.from([0xac])),
    decoder.write(Buffer.from([0xe2])),
    decoder.end(),
    new StringDecoder("base64").write(Buffer.from("ab")),
    new StringDecoder("utf16le").end(Buffer.from([0x61, 0])),
    new StringDecoder("hex").write(Buffer.from("z")),
  );
  show.error(() => new StringDecoder("nope"));
  const multi = new PassThrough();
  const one = multi.pipe(new PassThrough());
  const two = multi.pipe(new PassThrough());
  multi.end("both");
  show(await consumers.text(one), await consumers.text(two));
  show(
    new Readable().readableHighWaterMark > 0,
    new Readable({ objectMode: true }).readableHighWaterMark,
    stream.isReadable(new Readable()),
    stream.isErrored(new PassThrough()),
    Readable.prototype.on === stream.prototype.on,
  );
  show.error(() => new Writable().write(null));
  show.error(() => Readable.from(5));
  const ended = new PassThrough();
  ended.on("error", (error) => log.push(error.code));
  ended.end();
  ended.write("late");
  await new Promise((r) => setTimeout(r, 2));
  show(log.splice(0));
};
