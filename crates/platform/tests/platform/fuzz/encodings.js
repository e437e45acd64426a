// TextDecoder of every label, TextEncoder, base64, and the codecs of compression
// (https://encoding.spec.whatwg.org/, https://compression.spec.whatwg.org/).

import { attempt, attemptAsync, check, same, show, target } from "./lib.js";

/** One label or more of each encoding, and some that are none. */
const LABELS = (
  "utf-8 utf8 unicode-1-1-utf-8 ibm866 latin2 iso-8859-3 iso-8859-4 cyrillic arabic greek hebrew iso-8859-8-i latin6 " +
  "iso-8859-13 iso-8859-14 l9 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 ascii latin1 " +
  "windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic gb2312 gbk gb18030 big5 " +
  "euc-jp iso-2022-jp shift_jis euc-kr utf-16be utf-16 utf-16le x-user-defined"
).split(" ");
const NONE = ["", "utf-7", "utf-32", "replacement", "iso-2022-kr", "hz-gb-2312", "utf-8\0", "\u0130", "x-nothing"];

/** Bytes that the decoders' states turn on. @type {number[][]} */
const SEQUENCES = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
  [0xc0, 0x80],
  [0x1b, 0x24, 0x42],
  [0x1b, 0x28, 0x4a],
  [0x1b, 0x28],
  [0x81, 0x30, 0x81, 0x30],
  [0x84, 0x31, 0xa4, 0x37],
  [0x88, 0x62],
  [0x8f, 0xa1, 0xa1],
  [0x8e, 0xa1],
  [0xd8, 0x00],
  [0x00, 0xdc],
  [0x3d, 0xd8, 0x00, 0xde],
  [0x41, 0x42],
];

/** @param {import("./lib.js").Random} random */
function someBytes(random) {
  const pieces = random.list(8, () => (random.once(2) ? random.pick(SEQUENCES) : [...random.bytes(4)]));
  return Uint8Array.from(pieces.flat());
}

/** The view as a BufferSource of another kind. @param {import("./lib.js").Random} random @param {Uint8Array} bytes */
function source(random, bytes) {
  const padded = new Uint8Array(bytes.length + 6);
  padded.set(bytes, 3);
  return random.pick([
    bytes,
    bytes.slice().buffer,
    padded.subarray(3, 3 + bytes.length),
    new DataView(padded.buffer, 3, bytes.length),
  ]);
}

/** @param {import("./lib.js").Random} random */
function decoding(random) {
  const valid = !random.once(8);
  const bare = random.pick(valid ? LABELS : NONE);
  const label = random.pick([bare, bare.toUpperCase(), ` ${bare}\t\n`]);
  const options = { fatal: random.once(2), ignoreBOM: random.once(2) };
  const decoder = attempt(["RangeError"], () => new TextDecoder(label, options), label);
  same(decoder !== undefined, valid, "a label is known or not", label);
  if (decoder === undefined) return;
  same(new TextDecoder(decoder.encoding).encoding, decoder.encoding, "the name is a label", label);

  const bytes = someBytes(random);
  const errors = options.fatal ? ["TypeError"] : [];
  const whole = attempt(errors, () => decoder.decode(source(random, bytes)), label, bytes);
  const lenient = new TextDecoder(label, { ignoreBOM: options.ignoreBOM }).decode(bytes);
  check(lenient.isWellFormed(), "what is decoded is well-formed", label, bytes, lenient);
  if (whole !== undefined) same(whole, lenient, "without errors fatal does not matter", label, bytes);
  else check(lenient.includes("\ufffd"), "only what cannot be decoded is refused", label, bytes, lenient);
  same(
    attempt(errors, () => decoder.decode(bytes), label, bytes),
    whole,
    "a decoder can be used again",
    label,
    bytes,
  );

  let pieces = "";
  let failed = false;
  for (let at = 0; at <= bytes.length && !failed;) {
    const next = at + 1 + random.below(4);
    const stream = next <= bytes.length;
    const text = attempt(
      errors,
      () => decoder.decode(source(random, bytes.subarray(at, next)), { stream }),
      label,
      bytes,
    );
    failed = text === undefined;
    pieces += text;
    at = next;
  }
  same(failed ? undefined : pieces, whole, "pieces decode as the whole does", label, bytes, options.ignoreBOM);
}

/** @param {import("./lib.js").Random} random */
function encoding(random) {
  const text = random.text(12);
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  same(
    attempt([], () => decoder.decode(bytes), text),
    text.toWellFormed(),
    "UTF-8 and back",
    text,
  );
  const room = new Uint8Array(random.below(20));
  const { read, written } = new TextEncoder().encodeInto(text, room);
  check(written <= room.length && read <= text.length, "encodeInto stays within", text, read, written);
  same(decoder.decode(room.subarray(0, written)), text.slice(0, read).toWellFormed(), "encodeInto", text, room.length);
}

/** @param {import("./lib.js").Random} random */
function base64(random) {
  const bytes = random.bytes(20);
  const binary = String.fromCharCode(...bytes);
  const coded = btoa(binary);
  same(atob(coded), binary, "base64 and back", bytes);
  const text = random.mutateText(random.pick([coded, "YQ==", "YWI=", ""]));
  const bare = text.replace(/[\t\n\f\r ]/g, "");
  const short = bare.length % 4 === 0 ? bare.replace(/={1,2}$/, "") : bare;
  const fits = /^[A-Za-z0-9+/]*$/.test(short) && short.length % 4 !== 1;
  const decoded = attempt(["InvalidCharacterError"], () => atob(text), text);
  same(decoded !== undefined, fits, "atob takes base64 alone", text);
  if (decoded !== undefined) same(atob(btoa(decoded)), decoded, "again", text);
  const wide = random.text(5);
  const encoded = attempt(["InvalidCharacterError"], () => btoa(wide), wide);

  same(encoded !== undefined, /^[\0-\xff]*$/.test(wide), "btoa takes bytes alone", wide);
}

/** @param {Uint8Array} bytes @param {number} step */
function inPieces(bytes, step) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + step));
      at += step;
    },
  });
}

/** @param {Uint8Array} bytes @param {number} step @param {any} codec */
const through = async (bytes, step, codec) =>
  new Uint8Array(await new Response(inPieces(bytes, step).pipeThrough(codec)).arrayBuffer());

/** @param {import("./lib.js").Random} random */
async function compression(random) {
  const format = random.pick(["gzip", "deflate", "deflate-raw"]);
  const plain = Uint8Array.from(
    random.list(5, () => [...random.bytes(30), ...new Uint8Array(random.below(2000))]).flat(),
  );
  const step = 1 + random.below(400);
  const packed = await through(plain, step, new CompressionStream(/** @type {any} */ (format)));
  const back = await through(packed, step, new DecompressionStream(/** @type {any} */ (format)));
  same(show(back), show(plain), "what is compressed comes back", format);
  const damaged = random.mutateBytes(packed);
  const other = random.once(5) ? random.pick(["gzip", "deflate", "deflate-raw"]) : format;
  const read = () => through(damaged, step, new DecompressionStream(/** @type {any} */ (other)));
  const found = await attemptAsync(["TypeError"], read, other, damaged);
  // Gzip and deflate carry a checksum; only a header that says the same in other words may change.
  if (found !== undefined && other === format && format !== "deflate-raw") {
    same(show(found), show(plain), "damage is noticed", format, plain, damaged);
  }
  const name = random.text(2);
  attempt(["TypeError"], () => new CompressionStream(/** @type {any} */ (name)), name);
}

export default target(async (random) => {
  decoding(random);
  encoding(random);
  base64(random);
  await compression(random);
});
