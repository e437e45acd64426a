// navigator and reportError(). This file only lists.

export { Navigator, navigator } from "./navigator.js";
export { reportError, reportException, setErrorTarget } from "./report-error.js";
