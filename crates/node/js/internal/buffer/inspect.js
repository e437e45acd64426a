// What inspect() shows of a Buffer.

import { inspect } from "selvedge:web/console/printing.js";

/** How many bytes inspect() shows. */
export const settings = { INSPECT_MAX_BYTES: 50 };

/** @this {any} @param {number} _depth @param {any} options */
export function inspectBuffer(_depth, options) {
  const most = settings.INSPECT_MAX_BYTES;
  const shown = Math.min(most, this.length);
  let text = this.toString("hex", 0, shown)
    .replace(/(.{2})/g, "$1 ")
    .trim();
  const more = this.length - most;
  if (more > 0) text += ` ... ${more} more byte${more > 1 ? "s" : ""}`;
  if (options) {
    /** @type {any} */
    const extras = { __proto__: null };
    let any = false;
    for (const key of Object.keys(this)) {
      if (/^\d+$/.test(key)) continue;
      any = true;
      extras[key] = this[key];
    }
    if (any) {
      if (this.length !== 0) text += ", ";
      // "[Object: null prototype] {" is 26 characters long and the "}" one.
      text += inspect(extras, { ...options, breakLength: Infinity, compact: true }).slice(27, -2);
    }
  }
  return `<${this.constructor.name} ${text}>`;
}
