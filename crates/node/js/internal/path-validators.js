// What the package path-unified checks its arguments with, so that the errors are Node's (bundle.mjs puts it in).

export { validateObject, validateString } from "./errors.js";
