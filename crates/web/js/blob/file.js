// File (https://w3c.github.io/FileAPI/#file-section).

import { op_now } from "selvedge:ops";
import { defineInspect } from "../console/inspectable.js";
import { converters, defineInterface, dictionary, requireArguments } from "../webidl.js";
import { BAG, Blob, ReadyParts, blobBytes, blobType, concatenateParts, convertParts, normalizeType } from "./blob.js";

const convertBag = dictionary("FilePropertyBag", [{ key: "lastModified", converter: converters.longLong }], [BAG]);

/** @type {(value: any) => value is File} */
let isInstance;
/** @type {(file: File) => string} */
let readName;
/** @type {(file: File) => number} */
let readLastModified;

/** A Blob with a name. */
export class File extends Blob {
  /** @type {string} */ #name;
  /** @type {number} */ #lastModified;

  static {
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #name in value
    );
    readName = (file) => file.#name;
    readLastModified = (file) => file.#lastModified;
  }

  /**
   * @param {any} parts
   * @param {string} name
   * @param {{ type?: string, endings?: "transparent" | "native", lastModified?: number }} [options]
   */
  constructor(parts, name, options = undefined) {
    const prefix = "Failed to construct 'File'";
    requireArguments(arguments.length, 2, prefix);
    const list = parts instanceof ReadyParts ? parts : convertParts(parts, prefix, "parameter 1");
    const title = converters.USVString(name, prefix, "parameter 2");
    const { endings, lastModified, type } = convertBag(options, prefix, "parameter 3");
    const bytes = list instanceof ReadyParts ? list.bytes : concatenateParts(list, endings);
    super(new ReadyParts(bytes, normalizeType(type, prefix)));
    this.#name = title;
    this.#lastModified = lastModified ?? op_now();
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#lastModified;
  }
}

defineInterface(File, { tag: "File", length: 2 });
defineInspect(File, (file) => {
  const size = blobBytes(file).length;
  return `File { size: ${size}, type: '${blobType(file)}', name: '${readName(file)}', lastModified: ${readLastModified(file)} }`;
});

/**
 * A File of bytes that nobody else will write to.
 * @param {Uint8Array} bytes
 * @param {string} name
 * @param {string} type
 * @param {number} [lastModified] default: now
 * @returns {File}
 */
export function createFile(bytes, name, type, lastModified = undefined) {
  return new File(new ReadyParts(bytes, ""), name, /** @type {any} */ ({ __proto__: null, type, lastModified }));
}

/**
 * @param {any} value
 * @returns {value is File}
 */
export function isFile(value) {
  return isInstance(value);
}

/**
 * @param {File} file
 * @returns {string}
 */
export function fileName(file) {
  return readName(file);
}

/**
 * @param {File} file
 * @returns {number} milliseconds since the Unix epoch
 */
export function fileLastModified(file) {
  return readLastModified(file);
}
