import fs, { constants } from "node:fs";
import promises from "node:fs/promises";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";

// The same in Node.js's real /tmp and in a Worker's.
const base = "/tmp/selvedge-e2e-files";
const at = (name) => `${base}/${name}`;
const stats = (s) => [s.isFile(), s.isDirectory(), s.isSymbolicLink(), s.isFile() ? s.size : null, s.nlink > 0, (s.mode & 0o777).toString(8), s.mtime instanceof Date];

export default async (show) => {
  fs.rmSync(base, { recursive: true, force: true });
  try {
    await script(show);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
};

async function script(show) {
  show(fs.mkdirSync(at("a/b/c"), { recursive: true }), fs.mkdirSync(at("a/b/c"), { recursive: true }), fs.existsSync(at("a/b")), fs.existsSync(at("x")), fs.existsSync(5));
  fs.writeFileSync(at("f"), "h\u00e9llo");
  fs.appendFileSync(at("f"), Buffer.from(" world"));
  fs.writeFileSync(at("g"), "6162", { encoding: "hex", mode: 0o600 });
  show(fs.readFileSync(at("f")), fs.readFileSync(at("f"), "utf8"), fs.readFileSync(at("f"), { encoding: "base64" }), fs.readFileSync(at("g"), "latin1"), fs.readFileSync(new URL(`file://${at("g")}`), "utf8"), fs.readFileSync(Buffer.from(at("g")), "utf8"));
  show(stats(fs.statSync(at("f"))), stats(fs.statSync(at("g"))), stats(fs.statSync(at("a"))), fs.statSync(at("x"), { throwIfNoEntry: false }), typeof fs.statSync(at("f"), { bigint: true }).size, fs.statSync(at("f"), { bigint: true }).isFile());
  for (const body of [
    () => fs.readFileSync(at("x")), () => fs.readFileSync(at("a")), () => fs.readFileSync(at("f/x")), () => fs.readFileSync(5.5), () => fs.readFileSync("a\0b"), () => fs.readFileSync(at("f"), "nope"), () => fs.readFileSync(at("f"), 5),
    () => fs.writeFileSync(at("x/y"), ""), () => fs.writeFileSync(at("a"), ""), () => fs.writeFileSync(at("f"), {}), () => fs.writeFileSync(at("f"), "", { flag: "wx" }), () => fs.writeFileSync(at("f"), "", { flag: "nope" }),
    () => fs.mkdirSync(at("a")), () => fs.mkdirSync(at("f"), { recursive: true }), () => fs.mkdirSync(at("f/x"), { recursive: true }), () => fs.mkdirSync(at("x/y")), () => fs.mkdirSync(5),
    () => fs.statSync(at("x")), () => fs.lstatSync(at("x")), () => fs.readdirSync(at("x")), () => fs.readdirSync(at("f")), () => fs.unlinkSync(at("x")), () => fs.rmdirSync(at("a")), () => fs.rmdirSync(at("f")), () => fs.rmdirSync(at("x")),
    () => fs.rmSync(at("x")), () => fs.rmSync(at("a")), () => fs.renameSync(at("x"), at("y")), () => fs.renameSync(at("f"), at("x/y")), () => fs.renameSync(at("a"), at("a/b/z")), () => fs.renameSync(at("f"), at("a")), () => fs.renameSync(at("a"), at("f")),
    () => fs.copyFileSync(at("x"), at("y")), () => fs.copyFileSync(at("f"), at("g"), constants.COPYFILE_EXCL), () => fs.accessSync(at("x")), () => fs.readlinkSync(at("f")), () => fs.readlinkSync(at("x")), () => fs.symlinkSync(at("f"), at("g")), () => fs.linkSync(at("x"), at("y")), () => fs.linkSync(at("f"), at("g")),
    () => fs.truncateSync(at("x")), () => fs.truncateSync(at("a")), () => fs.chmodSync(at("x"), 0o600), () => fs.chmodSync(at("f"), "nope"), () => fs.utimesSync(at("x"), 1, 1), () => fs.utimesSync(at("f"), "x", 1), () => fs.realpathSync(at("x")), () => fs.mkdtempSync(at("x/y")),
    () => fs.openSync(at("x")), () => fs.openSync(at("a"), "w"), () => fs.openSync(at("f"), "wx"), () => fs.closeSync(999), () => fs.closeSync("x"), () => fs.readSync(999, Buffer.alloc(1)), () => fs.fstatSync(999), () => fs.writeSync(999, "x"), () => fs.cpSync(at("a"), at("z")), () => fs.statSync(""),
  ]) show.error(body);

  const fd = fs.openSync(at("h"), "w+");
  const buffer = Buffer.alloc(10);
  show(fs.writeSync(fd, "abcdef"), fs.writeSync(fd, Buffer.from("XY"), 0, 2, 2), fs.writeSync(fd, "z", 10), fs.readSync(fd, buffer, 0, 3, 1), buffer, fs.readSync(fd, buffer), fs.fstatSync(fd).size, fs.readSync(fd, buffer, { position: 0, length: 4, offset: 6 }), buffer);
  fs.ftruncateSync(fd, 4);
  show(fs.readFileSync(at("h")), fs.writevSync(fd, [Buffer.from("1"), Buffer.from("23")], 0), fs.readvSync(fd, [buffer.subarray(0, 2), buffer.subarray(2, 4)], 0), buffer);
  fs.fsyncSync(fd);
  fs.futimesSync(fd, 1, 2);
  fs.fchmodSync(fd, 0o640);
  show(fs.fstatSync(fd).mtimeMs, (fs.fstatSync(fd).mode & 0o777).toString(8));
  fs.unlinkSync(at("h"));
  show(fs.readFileSync(fd, "utf8"), fs.existsSync(at("h")));
  show.error(() => fs.readSync(fd, buffer, 0, 11));
  show.error(() => fs.readSync(fd, "x"));
  fs.closeSync(fd);
  show.error(() => fs.closeSync(fd));
  const reading = fs.openSync(at("f"), "r");
  show.error(() => fs.writeSync(reading, "x"));
  show.error(() => fs.ftruncateSync(reading));
  fs.closeSync(reading);
  const appending = fs.openSync(at("f"), "a+");
  fs.writeSync(appending, "!", 0);
  show(fs.readFileSync(at("f"), "utf8"));
  fs.closeSync(appending);

  fs.symlinkSync("f", at("link"));
  fs.symlinkSync(at("a/b"), at("folder"));
  fs.symlinkSync("loop", at("loop"));
  fs.symlinkSync("nowhere", at("dangling"));
  fs.writeFileSync(at("folder/inner"), "x");
  fs.linkSync(at("f"), at("hard"));
  fs.appendFileSync(at("hard"), "?");
  show(fs.readFileSync(at("link"), "utf8"), stats(fs.lstatSync(at("link"))).slice(0, 3), fs.readlinkSync(at("folder")), fs.realpathSync(at("folder/c/../inner")), fs.statSync(at("f")).nlink, fs.existsSync(at("dangling")), fs.lstatSync(at("dangling")).isSymbolicLink(), fs.readdirSync(at("a/b")));
  show.error(() => fs.readFileSync(at("loop")));
  show.error(() => fs.readFileSync(at("dangling")));
  fs.writeFileSync(at("dangling"), "made");
  show(fs.readFileSync(at("nowhere"), "utf8"));
  show(fs.readdirSync(base), fs.readdirSync(base, { recursive: true }).sort(), fs.readdirSync(base, { withFileTypes: true }).map((entry) => [entry.name, entry.parentPath, entry.isFile(), entry.isDirectory(), entry.isSymbolicLink()]), fs.readdirSync(at("a"), "buffer"));
  fs.renameSync(at("g"), at("a/g"));
  fs.renameSync(at("a"), at("z"));
  fs.copyFileSync(at("f"), at("copy"));
  fs.cpSync(at("z"), at("tree"), { recursive: true });
  show(fs.readdirSync(base, { recursive: true }).sort(), fs.readFileSync(at("copy"), "utf8"), fs.readFileSync(at("tree/g"), "utf8"));
  fs.truncateSync(at("copy"), 3);
  fs.truncateSync(at("f"), 20);
  show(fs.readFileSync(at("copy")), fs.readFileSync(at("f")));
  fs.utimesSync(at("copy"), new Date(5000), "7");
  show(fs.statSync(at("copy")).atimeMs, fs.statSync(at("copy")).mtime);
  fs.accessSync(at("copy"), constants.R_OK | constants.W_OK);
  const temporary = fs.mkdtempSync(at("tmp-"));
  show(/tmp-[A-Za-z0-9]{6}$/.test(temporary), fs.statSync(temporary).isDirectory());
  fs.rmSync(at("tree"), { recursive: true });
  fs.rmSync(at("never"), { force: true });
  fs.rmdirSync(temporary);
  const dir = fs.opendirSync(at("z"));
  const names = [];
  for (let entry; (entry = dir.readSync()) !== null; ) names.push(entry.name);
  show(names.sort(), dir.path);
  dir.closeSync();
  show.error(() => dir.readSync());

  await show.reject(promisify(fs.readFile)(at("x")));
  await show.reject(promisify(fs.stat)(at("x")));
  show(await promisify(fs.readFile)(at("copy"), "utf8"), await promisify(fs.mkdir)(at("p/q"), { recursive: true }), (await promisify(fs.readdir)(at("p"))), await promisify(fs.access)(at("p")), await new Promise((resolve) => fs.exists(at("p"), resolve)));
  await new Promise((resolve) => fs.open(at("copy"), (error, opened) => fs.read(opened, Buffer.alloc(5), 0, 5, 0, (failure, count, into) => resolve(show(error, failure, count, into, fs.closeSync(opened))))));
  const some = fs.openSync(at("copy"), "r+");
  show(await promisify(fs.exists)(at("x")), await promisify(fs.read)(some, Buffer.alloc(2), 0, 2, 0), await promisify(fs.write)(some, Buffer.from("H"), 0, 1, 0), fs.readFileSync(at("copy")));
  fs.closeSync(some);
  show.error(() => fs.readFile(at("x")));
  show.error(() => fs.readFile(5.5, () => {}));

  await promises.writeFile(at("w"), "text");
  await promises.appendFile(at("w"), "more");
  await promises.writeFile(at("iterated"), (function* () { yield "a"; yield Buffer.from("b"); })());
  show(await promises.readFile(at("w"), "utf8"), await promises.readFile(at("iterated")), stats(await promises.stat(at("w"))), await promises.readdir(at("p")), await promises.mkdir(at("p/r")), await promises.access(at("w")));
  for (const make of [() => promises.readFile(at("x")), () => promises.access(at("x")), () => promises.open(at("x")), () => promises.rm(at("x")), () => promises.readFile(5.5), () => promises.readFile(at("w"), { signal: AbortSignal.abort() }), () => promises.stat(at("x")), () => promises.cp(at("p"), at("q2"))]) await show.reject(make());
  const handle = await promises.open(at("w"), "r+");
  const { bytesRead, buffer: read } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  const { bytesWritten } = await handle.write("XX", 2);
  show(typeof handle.fd, bytesRead, read, bytesWritten, await handle.readFile("utf8"), (await handle.stat()).size);
  await handle.truncate(3);
  await handle.close();
  show(await promises.readFile(at("w"), "utf8"));
  await show.reject(handle.read(Buffer.alloc(1)));
  await promises.writeFile(at("lines"), "one\ntwo\r\nthree");
  const lined = await promises.open(at("lines"));
  const lines = [];
  for await (const line of lined.readLines()) lines.push(line);
  show(lines);

  const collect = async (stream) => {
    const parts = [];
    for await (const part of stream) parts.push(part);
    return typeof parts[0] === "string" ? parts.join("") : Buffer.concat(parts);
  };
  fs.writeFileSync(at("big"), Buffer.alloc(200_000, "0123456789"));
  show((await collect(fs.createReadStream(at("big")))).length, await collect(fs.createReadStream(at("big"), { start: 5, end: 14 })), await collect(fs.createReadStream(at("big"), { start: 199_995, encoding: "utf8" })), await collect(fs.createReadStream(at("big"), { end: 3, highWaterMark: 2 })));
  await show.reject(collect(fs.createReadStream(at("x"))));
  const write = fs.createWriteStream(at("streamed"));
  write.write("a");
  write.end("bc");
  await new Promise((resolve) => write.on("close", resolve));
  const append = fs.createWriteStream(at("streamed"), { flags: "a" });
  append.end("de");
  await new Promise((resolve) => append.on("finish", resolve));
  const inner = fs.createWriteStream(at("streamed"), { flags: "r+", start: 1 });
  inner.end("ZZ");
  await new Promise((resolve) => inner.on("close", resolve));
  show(fs.readFileSync(at("streamed"), "utf8"), write.bytesWritten, write.path);
  await new Promise((resolve) => fs.createWriteStream(at("none/x")).on("error", (error) => resolve(show(error.code, error.message))));
  show.error(() => fs.createReadStream(at("f"), { start: "x" }));
  show.error(() => fs.createReadStream(at("f"), { start: 5, end: 2 }));

  show(fs.readFileSync("/dev/null"), fs.readdirSync("/dev").includes("null"), fs.statSync("/dev/null").isCharacterDevice());
  const zero = fs.openSync("/dev/zero", "r+");
  show(fs.readSync(zero, Buffer.alloc(4, 1)), fs.writeSync(zero, "x"));
  fs.closeSync(zero);
  const full = fs.openSync("/dev/full", "r+");
  show.error(() => fs.writeSync(full, "x"));
  fs.closeSync(full);
  show(fs.F_OK, fs.constants.O_RDONLY, fs.promises === promises, typeof fs.realpathSync.native);
}
