// R2MultipartUpload
// (https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#r2multipartupload-definition).

import { op_r2_abort_upload, op_r2_complete_upload, op_r2_upload_part } from "selvedge:ops";
import {
  converters,
  defineInterface,
  dictionary,
  illegalConstructor,
  internal,
  requireArguments,
  sequenceOf,
} from "selvedge:web/webidl.js";
import { R2Object, give } from "./object.js";
import { optionsObject } from "./options.js";
import { checkValue, sendValue } from "./send.js";

const convertParts = sequenceOf(
  dictionary("R2UploadedPart", [
    { key: "partNumber", converter: converters.long, required: true },
    { key: "etag", converter: converters.DOMString, required: true },
  ]),
);

/** @param {number} number */
function checkNumber(number) {
  if (number >= 1 && number <= 10000) return;
  throw new TypeError(`Part number must be between 1 and 10000 (inclusive). Actual value was: ${number}`);
}

/** An upload in parts. */
export class R2MultipartUpload {
  #binding;
  #key;
  #id;

  /**
   * @param {symbol} token
   * @param {string} binding
   * @param {string} key
   * @param {string} id
   */
  constructor(token, binding, key, id) {
    if (token !== internal) throw illegalConstructor();
    this.#binding = binding;
    this.#key = key;
    this.#id = id;
    give(this, "key", key);
    give(this, "uploadId", id);
  }

  /**
   * @param {number} partNumber
   * @param {any} value
   * @param {any} [options]
   * @returns {Promise<{ partNumber: number, etag: string }>}
   */
  async uploadPart(partNumber, value, options = undefined) {
    const prefix = "Failed to execute 'uploadPart' on 'R2MultipartUpload'";
    requireArguments(arguments.length, 2, prefix);
    const number = converters.long(partNumber, prefix, "parameter 1");
    checkNumber(number);
    checkValue(value, prefix);
    optionsObject(options, prefix, "parameter 3");
    const etag = await sendValue(value, (body) => op_r2_upload_part(this.#binding, this.#key, this.#id, number, body));
    return { partNumber: number, etag };
  }

  /** @returns {Promise<void>} */
  async abort() {
    await op_r2_abort_upload(this.#binding, this.#key, this.#id);
  }

  /**
   * @param {any} uploadedParts
   * @returns {Promise<R2Object>}
   */
  async complete(uploadedParts) {
    const prefix = "Failed to execute 'complete' on 'R2MultipartUpload'";
    requireArguments(arguments.length, 1, prefix);
    const parts = convertParts(uploadedParts, prefix, "parameter 1");
    /** @type {number[]} */
    const numbers = [];
    /** @type {string[]} */
    const etags = [];
    for (let index = 0; index < parts.length; index++) {
      checkNumber(parts[index].partNumber);
      numbers[index] = parts[index].partNumber;
      etags[index] = parts[index].etag;
    }
    const object = await op_r2_complete_upload(this.#binding, this.#key, this.#id, numbers, etags);
    return new R2Object(internal, object, undefined);
  }
}

defineInterface(R2MultipartUpload, { tag: "R2MultipartUpload" });
