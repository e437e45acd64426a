// node:stream/consumers (https://nodejs.org/api/webstreams.html#utility-consumers).

import { Buffer } from "node:buffer";
import { Blob } from "selvedge:web/blob/index.js";
import { TextDecoder } from "selvedge:web/encoding/index.js";

const { parse } = JSON;

/** @param {AsyncIterable<any>} stream @returns {Promise<any>} */
export async function buffer(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** @param {AsyncIterable<any>} stream */
export async function arrayBuffer(stream) {
  const all = await buffer(stream);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength);
}

/** @param {AsyncIterable<any>} stream */
export async function bytes(stream) {
  return new Uint8Array(await arrayBuffer(stream));
}

/** @param {AsyncIterable<any>} stream */
export async function blob(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Blob(chunks);
}

/** @param {AsyncIterable<any>} stream */
export async function text(stream) {
  const decoder = new TextDecoder();
  let result = "";
  for await (const chunk of stream)
    result += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return result + decoder.decode();
}

/** @param {AsyncIterable<any>} stream */
export async function json(stream) {
  return parse(await text(stream));
}

export default { arrayBuffer, blob, buffer, bytes, json, text };
