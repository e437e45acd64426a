// What prints values. This file only lists.

export { format } from "./format.js";
export { inspect } from "./inspect/value.js";
export { table } from "./table.js";
