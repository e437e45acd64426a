// Structured clone. This file only lists, and has the platform's classes registered.

import "./platform-classes.js";

export { registerPlatformClass } from "./platform-objects.js";
export { structuredClone } from "./structured-clone.js";
