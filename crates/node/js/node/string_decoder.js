// node:string_decoder (https://nodejs.org/api/string_decoder.html).

import { StringDecoder as Base } from "string_decoder/lib/string_decoder.js";
import { encodingOf } from "../internal/buffer/encodings.js";
import { unknownEncoding } from "../internal/errors.js";

/** @this {any} @param {any} [encoding] */
function Decoder(encoding = undefined) {
  if (encoding !== undefined && encoding !== null && encodingOf(encoding) === undefined)
    throw unknownEncoding(encoding);
  Base.call(this, encoding);
}
Object.defineProperty(Decoder, "name", { value: "StringDecoder", configurable: true });
Decoder.prototype = Base.prototype;
Base.prototype.constructor = Decoder;

/** @type {any} */
export const StringDecoder = Decoder;
export default { StringDecoder };
