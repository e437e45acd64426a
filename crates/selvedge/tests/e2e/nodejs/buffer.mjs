import { Buffer, isAscii, isUtf8, transcode, constants, Blob, atob, btoa } from "node:buffer";

export default (show) => {
  const text = "h\u00e9llo w\u00f6rld \u20ac \u{1f600}";
  for (const encoding of [
    "utf8",
    "utf-8",
    "UTF8",
    "utf16le",
    "ucs2",
    "latin1",
    "binary",
    "ascii",
    "base64",
    "base64url",
    "hex",
  ]) {
    const buffer = Buffer.from(text, encoding === "hex" || encoding.startsWith("base64") ? "utf8" : encoding);
    const out = buffer.toString(encoding);
    show(encoding, buffer, out, Buffer.from(out, encoding).equals(buffer), Buffer.byteLength(out, encoding));
  }
  show(
    Buffer.from("aGVsbG8gd29ybGQ", "base64").toString(),
    Buffer.from("a-_b", "base64"),
    Buffer.from("zz", "hex"),
    Buffer.from("abc", "hex"),
  );
  show(
    Buffer.from("aGVs bG8=\n", "base64").toString(),
    Buffer.from("=", "base64"),
    Buffer.byteLength("aGVsbG8=", "base64"),
  );
  show(
    Buffer.from([1, 2, 300, -1, "4", 1.9]),
    Buffer.from(new Uint16Array([1, 256, 65535])),
    Buffer.from(Buffer.from("copy")),
  );
  const memory = new ArrayBuffer(8);
  const view = Buffer.from(memory, 2, 4);
  view.fill(7);
  show(new Uint8Array(memory), view.byteOffset, view.length, Buffer.from(memory).length);
  show(
    Buffer.from({ type: "Buffer", data: [1, 2, 3] }),
    Buffer.from(new String("boxed")),
    Buffer.from({ length: 3, 0: 5, 2: 6 }),
  );
  show(Buffer.from({ [Symbol.toPrimitive]: () => "prim" }));
  show(
    Buffer.alloc(5),
    Buffer.alloc(5, "ab"),
    Buffer.alloc(3, 1),
    Buffer.alloc(4, "YQ==", "base64"),
    Buffer.alloc(6, Buffer.from("xyz")),
  );
  show(
    Buffer.concat([Buffer.from("a"), Buffer.from("bc"), new Uint8Array([100])]),
    Buffer.concat([Buffer.from("abc"), Buffer.from("def")], 4),
    Buffer.concat([], 3),
  );
  show(
    Buffer.compare(Buffer.from("a"), Buffer.from("b")),
    Buffer.from("abc").compare(Buffer.from("xabcx"), 1, 4),
    Buffer.from("b").compare(Buffer.from("a")),
  );
  show(
    Buffer.isBuffer(Buffer.alloc(1)),
    Buffer.isBuffer(new Uint8Array(1)),
    Buffer.isEncoding("UTF-8"),
    Buffer.isEncoding("nope"),
    Buffer.isEncoding("hex"),
  );

  const b = Buffer.from("this is a buffer this");
  show(
    b.indexOf("is"),
    b.indexOf("is", 3),
    b.indexOf("zz"),
    b.lastIndexOf("this"),
    b.lastIndexOf("this", 5),
    b.lastIndexOf("this", -1),
  );
  show(
    b.indexOf(Buffer.from("a buffer")),
    b.indexOf(97),
    b.indexOf(""),
    b.indexOf("", 100),
    b.includes("buffer"),
    b.includes("this", 25),
    b.indexOf("is", -5),
  );
  show(
    b.indexOf("this", undefined),
    b.lastIndexOf("this", undefined),
    b.lastIndexOf("this", null),
    b.lastIndexOf("this", {}),
    b.lastIndexOf("nope", 0),
  );
  const wide = Buffer.from("\u039a\u0391\u03a3\u03a3\u0395", "utf16le");
  show(
    wide.indexOf("\u03a3", 0, "utf16le"),
    wide.indexOf("\u03a3", -4, "utf16le"),
    wide.lastIndexOf("\u03a3", undefined, "ucs2"),
  );
  show(
    b.slice(5, 7).toString(),
    b.subarray(-4).toString(),
    b.slice(-8, -4).toString(),
    b.slice(10, 2).length,
    b.slice(NaN).length,
    b.subarray(1.9, "4").toString(),
  );
  show(
    b.subarray(0, 3) instanceof Buffer,
    b.slice(0, 2).buffer === b.buffer,
    b.map((x) => x + 1).toString(),
    b.filter((x) => x > 110) instanceof Buffer,
  );
  const w = Buffer.alloc(10);
  show(
    w.write("h\u20acy", 1),
    w,
    w.write("abcd", 8),
    w,
    w.write("ff00", 2, "hex"),
    w,
    w.write("xyz", 1, 2),
    w,
    w.write("zz", 0, 1, "latin1"),
    w,
  );
  show(w.fill("\u20ac"), w.fill("abc", 2, 8), w.fill(0), w.fill("0a0b", "hex"), w.fill(257), w.fill(false), w.fill(""));
  const target = Buffer.alloc(6, "-");
  show(b.copy(target, 1, 0, 3), target, b.copy(target, 5), target, b.copy(target, 10), target);
  show(
    Buffer.from([1, 2, 3, 4]).swap16(),
    Buffer.from([1, 2, 3, 4]).swap32(),
    Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]).swap64(),
  );
  show(
    JSON.stringify(Buffer.from("hi")),
    Buffer.from("hi").toJSON(),
    b.toString("utf8", 5, 9),
    b.toString(undefined, 2),
    b.toString("hex", -3, 2),
    b.toString("latin1", 30),
  );

  const n = Buffer.alloc(16);
  for (const [write, value] of [
    ["writeUInt8", 200],
    ["writeInt8", -5],
    ["writeUInt16LE", 65530],
    ["writeUInt16BE", 1],
    ["writeInt16LE", -300],
    ["writeInt16BE", -300],
    ["writeUInt32LE", 4294967290],
    ["writeUint32BE", 7],
    ["writeInt32LE", -70000],
    ["writeInt32BE", -70000],
    ["writeFloatLE", 1.5],
    ["writeFloatBE", -2.25],
    ["writeDoubleLE", Math.PI],
    ["writeDoubleBE", -1e300],
    ["writeBigInt64LE", -5n],
    ["writeBigUInt64BE", 2n ** 63n],
  ]) {
    n.fill(0);
    show(write, n[write](value, 3), n, n[write.replace("write", "read")](3));
  }
  for (const size of [1, 2, 3, 4, 5, 6]) {
    n.fill(0);
    show(
      n.writeIntLE(-100, 0, size),
      n.writeUIntBE(100, 8, size),
      n,
      n.readIntLE(0, size),
      n.readUIntBE(8, size),
      n.readIntBE(0, size),
      n.readUIntLE(0, size),
    );
  }
  show(
    isUtf8(Buffer.from([0xc3, 0x28])),
    isUtf8(Buffer.from("\u20ac")),
    isAscii(Buffer.from("abc")),
    isAscii(Buffer.from("\u20ac")),
  );
  show(
    transcode(Buffer.from("\u20ac"), "utf8", "ascii"),
    transcode(Buffer.from("\u00e9"), "utf8", "latin1"),
    transcode(Buffer.from("hi"), "ascii", "utf16le"),
  );
  show(
    Buffer.from([0xff, 0x41, 0xe2, 0x82]).toString(),
    Buffer.from("\ud800x").toString("hex"),
    Buffer.from([0x80, 0xc1]).toString("ascii"),
  );
  show(
    Buffer.copyBytesFrom(new Uint16Array([0, 0xffff]), 1),
    Buffer.of(1, 2, 3),
    Buffer.poolSize,
    typeof Blob,
    atob("aGk="),
    btoa("hi"),
    typeof constants.MAX_LENGTH,
  );
  const named = Buffer.from("abc");
  named.label = "x";
  show(named, Buffer.alloc(60, 1), [Buffer.from("z")], { nested: { buffer: Buffer.alloc(2) } });
  show(
    n.latin1Slice(0, 2),
    Buffer.from("abc").utf8Slice(1),
    Buffer.from("abc").hexSlice(),
    b.parent === b.buffer,
    b.offset === b.byteOffset,
  );
  show(
    [...Buffer.from("ab").entries()],
    [...Buffer.from("ab").keys()],
    Object.prototype.toString.call(b),
    b.constructor.name,
    b.toLocaleString(),
  );

  for (const bad of [
    () => Buffer.from(5),
    () => Buffer.from(null),
    () => Buffer.from(undefined),
    () => Buffer.from({}),
    () => Buffer.from(() => {}),
    () => Buffer.from("x", "nope"),
    () => Buffer.alloc("5"),
    () => Buffer.alloc(3, "zz", "hex"),
    () => Buffer.concat("x"),
    () => Buffer.concat([1]),
    () => Buffer.byteLength(5),
    () => b.readUInt8(100),
    () => b.readUInt8("1"),
    () => b.readUInt8(1.5),
    () => Buffer.alloc(1).readInt32LE(),
    () => b.readUIntLE(0, 7),
    () => b.readUIntLE(0),
    () => b.writeUInt8(256),
    () => b.writeInt8(-129),
    () => b.writeInt32LE(2 ** 31),
    () => b.writeUIntBE(2 ** 40, 0, 5),
    () => b.writeBigInt64LE(5),
    () => b.writeBigUInt64LE(-1n),
    () => b.writeIntLE(2 ** 47, 0, 6),
    () => b.swap64(),
    () => b.indexOf({}),
    () => b.compare("x"),
    () => b.equals("x"),
    () => b.copy("x"),
    () => b.copy(b, -1),
    () => b.write(5),
    () => b.write("x", 50),
    () => b.write("x", "y"),
    () => b.toString("nope"),
    () => b.fill("x", 0, 500),
    () => Buffer.from(new ArrayBuffer(2), 5),
    () => Buffer.from(new ArrayBuffer(2), 0, 5),
    () => isUtf8("x"),
    () => transcode("x", "utf8", "latin1"),
  ])
    show.error(bad);
};
