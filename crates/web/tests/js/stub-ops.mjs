// Lets Node import modules that import from "selvedge:ops": the names they ask for become functions that call
// whatever the test has put in `ops`. Import this before (dynamically) importing anything that needs it.

import { readFileSync, readdirSync } from "node:fs";
import { register } from "node:module";

const root = new URL("../../js/", import.meta.url);
const names = new Set();
for (const file of readdirSync(root, { recursive: true })) {
  if (!file.endsWith(".js")) continue;
  const text = readFileSync(new URL(file, root), "utf8");
  for (const [, list] of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*"selvedge:ops"/g)) {
    for (const name of list.split(",")) if (name.trim() !== "") names.add(name.trim());
  }
}

/** The stubs, by name. */
export const ops = (globalThis[Symbol.for("selvedge.ops")] = {
  op_define_deferred(object, names, load, enumerable) {
    for (const name of names) {
      Object.defineProperty(object, name, { get: () => load()[name], enumerable, configurable: true });
    }
  },
});

/** @param {Record<string, Function>} stubs */
export const provide = (stubs) => void Object.assign(ops, stubs);

const source = [...names].map((name) => `export function ${name}() { return call("${name}", arguments); }`).join("\n");
const head = `
  const ops = globalThis[Symbol.for("selvedge.ops")];
  const { apply } = Reflect;
  function call(name, args) {
    if (ops[name] === undefined) throw new Error("no stub for " + name);
    return apply(ops[name], undefined, args);
  }`;
const module = `data:text/javascript,${encodeURIComponent(`${head}\n${source}`)}`;
const hooks = `
  export async function resolve(specifier, context, next) {
    if (specifier === "selvedge:ops") return { url: ${JSON.stringify(module)}, shortCircuit: true, format: "module" };
    // Here a deferred module is one like any other.
    if (specifier.startsWith("deferred:web/")) return next(${JSON.stringify(root.href)} + specifier.slice(13), context);
    return next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
