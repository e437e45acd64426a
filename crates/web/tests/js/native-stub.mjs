// Lets Node load the modules under js/ that ask the engine for something: "selvedge:ops" becomes a module whose
// functions are those given to `provide()`. Import this before anything that imports such a module.

import { readdirSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";

const folder = new URL("../../js/", import.meta.url).href;
const js = fileURLToPath(folder);

/** The names of all ops that some module under js/ imports. */
function importedOps() {
  const names = new Set();
  for (const file of readdirSync(js, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    for (const [name] of readFileSync(js + file, "utf8").matchAll(/\bop_[a-z0-9_]+/g)) names.add(name);
  }
  return [...names];
}

globalThis.nativeOps = {};

/** @param {Record<string, Function>} ops */
export function provide(ops) {
  Object.assign(globalThis.nativeOps, ops);
}

const source = importedOps()
  .map((name) => `export const ${name} = (...args) => nativeOps.${name}(...args);`)
  .join("\n");
const loader = `
  const source = ${JSON.stringify(source)};
  export function resolve(specifier, context, next) {
    if (specifier === "selvedge:ops") return { url: "selvedge:ops", shortCircuit: true };
    // Here a deferred module is one like any other.
    if (specifier.startsWith("deferred:web/")) return next(${JSON.stringify(folder)} + specifier.slice(13), context);
    return next(specifier, context);
  }
  export function load(url, context, next) {
    if (url === "selvedge:ops") return { format: "module", source, shortCircuit: true };
    return next(url, url.includes("/crates/web/js/") ? { ...context, format: "module" } : context);
  }`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);
