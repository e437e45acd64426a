//# functionsCalledOnLoad: countWasmMemories, replace
// The memories of WebAssembly, shown to the native side, which bounds them: V8 counts them towards no limit. Proxies, so
// that the constructors stay what they were in every other respect.

import { op_wasm_memory } from "selvedge:ops";
import { then } from "selvedge:web/streams/promises.js";

const { apply, construct } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const ProxyConstructor = Proxy;
const Cache = WeakMap;
const { get, set } = WeakMap.prototype;

/**
 * Has the memories counted that are made from now on.
 * @param {any} global
 */
export function countWasmMemories(global) {
  const { WebAssembly } = global;
  // There is none where V8 makes no machine code.
  if (WebAssembly === undefined) return;
  const { Memory, Instance, Module, instantiate } = WebAssembly;
  const bufferOf = /** @type {any} */ (getOwnPropertyDescriptor(Memory.prototype, "buffer")).get;
  const exportsOf = /** @type {any} */ (getOwnPropertyDescriptor(Instance.prototype, "exports")).get;
  const describe = Module.exports;
  /** The names under which a module exports memories. @type {WeakMap<object, string[]>} */
  const names = new Cache();

  /** @param {any} module */
  const memoriesOf = (module) => {
    let found = apply(get, names, [module]);
    if (found === undefined) {
      found = [];
      const exports = describe(module);
      for (let index = 0; index < exports.length; index++) {
        if (exports[index].kind === "memory") {
          defineProperty(found, found.length, { value: exports[index].name, writable: true, enumerable: true });
        }
      }
      apply(set, names, [module, found]);
    }
    return found;
  };

  /** @param {any} value */
  const isModule = (value) => {
    try {
      memoriesOf(value);
      return true;
    } catch {
      return false;
    }
  };

  /** @param {any} instance @param {any} module */
  const count = (instance, module) => {
    const found = memoriesOf(module);
    if (found.length === 0) return instance;
    const exports = apply(exportsOf, instance, []);
    for (let index = 0; index < found.length; index++) op_wasm_memory(apply(bufferOf, exports[found[index]], []));
    return instance;
  };

  /** @type {(name: string, native: any, handler: ProxyHandler<any>) => void} */
  const replace = (name, native, handler) => {
    const value = new ProxyConstructor(native, handler);
    defineProperty(WebAssembly, name, { ...getOwnPropertyDescriptor(WebAssembly, name), value });
    if (native.prototype !== undefined) {
      const own = getOwnPropertyDescriptor(native.prototype, "constructor");
      defineProperty(native.prototype, "constructor", { ...own, value });
    }
  };

  replace("Memory", Memory, {
    construct(_, args, newTarget) {
      const memory = construct(Memory, args, newTarget);
      op_wasm_memory(apply(bufferOf, memory, []));
      return memory;
    },
  });
  replace("Instance", Instance, {
    construct: (_, args, newTarget) => count(construct(Instance, args, newTarget), args[0]),
  });
  replace("instantiate", instantiate, {
    apply(_, self, args) {
      const instantiated = apply(instantiate, self, args);
      if (isModule(args[0])) return then(instantiated, (instance) => count(instance, args[0]));
      // Of bytes it gives both.
      return then(instantiated, (both) => {
        count(both.instance, both.module);
        return both;
      });
    },
  });
}
