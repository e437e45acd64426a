// Structured clone. This file only lists, and has the platform's classes registered, what can be
// transferred too.

import "../messaging/index.js";
import "./platform-classes.js";

export { registerPlatformClass } from "./platform-objects.js";
export { structuredClone } from "./structured-clone.js";
