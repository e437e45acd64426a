// FormData (https://xhr.spec.whatwg.org/#interface-formdata).

import { defineInspect } from "../console/inspectable.js";
import { conversionError, converters, defineInterface, definePairIterator, requireArguments } from "../webidl.js";
import { blobBytes, blobType, isBlob } from "./blob.js";
import { createFile, fileLastModified, isFile } from "./file.js";

/** @typedef {import("./file.js").File} File */

const { USVString } = converters;

/** @typedef {[name: string, value: string | File]} Entry */

/** @type {(form: FormData) => Entry[]} */
let entriesOf;
/** @type {(value: any) => value is FormData} */
let isInstance;

/**
 * "create an entry" (https://xhr.spec.whatwg.org/#create-an-entry): a Blob becomes a File.
 * @param {IArguments} args name, value, filename
 * @param {string} prefix
 * @returns {Entry}
 */
function createEntry(args, prefix) {
  requireArguments(args.length, 2, prefix);
  const name = USVString(args[0], prefix, "parameter 1");
  const value = args[1];
  const filename = args[2];
  if (!isBlob(value)) {
    if (args.length > 2 && filename !== undefined)
      throw conversionError("is not of type 'Blob'.", prefix, "parameter 2");
    return [name, USVString(value, prefix, "parameter 2")];
  }
  if (filename === undefined && isFile(value)) return [name, value];
  // The field's own name where none is given, as on Cloudflare (the standard says "blob").
  const title = filename === undefined ? name : USVString(filename, prefix, "parameter 3");
  const lastModified = isFile(value) ? fileLastModified(value) : undefined;
  return [name, createFile(blobBytes(value), title, blobType(value), lastModified)];
}

/** The fields of a form. */
export class FormData {
  /** @type {Entry[]} */ #entries = [];

  static {
    entriesOf = (form) => form.#entries;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #entries in value
    );
  }

  /** @param {any} [form] */
  constructor(form = undefined) {
    if (form !== undefined) {
      throw new TypeError("Failed to construct 'FormData': there are no HTML forms here, so it takes no argument.");
    }
  }

  /**
   * @param {string} name
   * @param {any} value
   * @param {string} [filename]
   */
  append(name, value, filename = undefined) {
    const entries = this.#entries;
    entries[entries.length] = createEntry(arguments, "Failed to execute 'append' on 'FormData'");
  }

  /** @param {string} name */
  delete(name) {
    const entries = this.#entries;
    const wanted = nameArgument(arguments, "delete");
    let kept = 0;
    for (let index = 0; index < entries.length; index++) {
      if (entries[index][0] !== wanted) entries[kept++] = entries[index];
    }
    entries.length = kept;
  }

  /** @param {string} name */
  get(name) {
    const entries = this.#entries;
    const wanted = nameArgument(arguments, "get");
    for (let index = 0; index < entries.length; index++) if (entries[index][0] === wanted) return entries[index][1];
    return null;
  }

  /** @param {string} name */
  getAll(name) {
    const entries = this.#entries;
    const wanted = nameArgument(arguments, "getAll");
    /** @type {Array<string | File>} */
    const values = [];
    for (let index = 0; index < entries.length; index++) {
      if (entries[index][0] === wanted) values[values.length] = entries[index][1];
    }
    return values;
  }

  /** @param {string} name */
  has(name) {
    const entries = this.#entries;
    const wanted = nameArgument(arguments, "has");
    for (let index = 0; index < entries.length; index++) if (entries[index][0] === wanted) return true;
    return false;
  }

  /**
   * @param {string} name
   * @param {any} value
   * @param {string} [filename]
   */
  set(name, value, filename = undefined) {
    const entries = this.#entries;
    const entry = createEntry(arguments, "Failed to execute 'set' on 'FormData'");
    let kept = 0;
    let done = false;
    for (let index = 0; index < entries.length; index++) {
      const same = entries[index][0] === entry[0];
      if (same && done) continue;
      entries[kept++] = same ? entry : entries[index];
      done ||= same;
    }
    entries.length = kept;
    if (!done) entries[kept] = entry;
  }
}

/**
 * @param {IArguments} args
 * @param {string} operation
 */
function nameArgument(args, operation) {
  const prefix = `Failed to execute '${operation}' on 'FormData'`;
  requireArguments(args.length, 1, prefix);
  return USVString(args[0], prefix, "parameter 1");
}

definePairIterator(FormData, "FormData", (/** @type {FormData} */ form) => entriesOf(form));
defineInterface(FormData, { tag: "FormData" });
defineInspect(FormData, (form, { inspect, options }) => {
  const entries = entriesOf(form).map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
  return entries.length === 0 ? "FormData {}" : `FormData { ${entries.join(", ")} }`;
});

/**
 * @param {any} value
 * @returns {value is FormData}
 */
export function isFormData(value) {
  return isInstance(value);
}

/**
 * The entries themselves, in order.
 * @param {FormData} form
 * @returns {Entry[]}
 */
export function formDataEntries(form) {
  return entriesOf(form);
}
