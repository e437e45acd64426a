// The entry of the runner's snapshot: the platform, and beside it what runs a test file.

import { runTestFile } from "./run.js";

export * from "selvedge:platform/main.js";

Object.defineProperty(globalThis, "__runTestFile", { value: runTestFile, configurable: true });
