// process.emitWarning() (https://nodejs.org/api/process.html#processemitwarningwarning-options), apart from `process`, as
// it is wanted by modules that `process` itself needs.

import { console } from "selvedge:web/console/index.js";
import { queueMicrotask } from "selvedge:web/timers/index.js";
import { invalidArgType, validateString } from "../errors.js";

/** What `process` sets when it is loaded: its listeners hear of warnings. */
export const warnings = {
  /** @type {((warning: any) => void) | null} */ emit: null,
};

/** @param {any} warning */
function show(warning) {
  const code = warning.code ? `[${warning.code}] ` : "";
  console.warn(
    `(node) ${code}${warning.stack && warning.name !== "DeprecationWarning" ? `${warning.name}: ${warning.message}` : `${warning}`}`,
  );
  if (typeof warning.detail === "string") console.warn(warning.detail);
}

/**
 * @param {any} warning
 * @param {any} [type]
 * @param {any} [code]
 */
export function emitWarning(warning, type = undefined, code = undefined) {
  let detail;
  if (type !== null && typeof type === "object" && !Array.isArray(type)) {
    code = type.code;
    if (typeof type.detail === "string") ({ detail } = type);
    type = type.type || "Warning";
  } else if (typeof type === "function") {
    code = undefined;
    type = "Warning";
  }
  if (type !== undefined) validateString(type, "type");
  if (typeof code === "function") code = undefined;
  else if (code !== undefined) validateString(code, "code");
  if (typeof warning === "string") {
    const message = warning;
    warning = new Error(message);
    warning.name = String(type || "Warning");
    if (code !== undefined) warning.code = code;
    if (detail !== undefined) warning.detail = detail;
  } else if (!(warning instanceof Error)) {
    throw invalidArgType("warning", ["Error", "string"], warning);
  }
  queueMicrotask(() => {
    show(warning);
    warnings.emit?.(warning);
  });
}
