// Attacks: the start: exports that are proxies, getters, classes that throw, numbers.
// Becomes: what is no handler is none; a trap's exception is the Worker's own.
// Expect /: 500 error 1101
export const A = new Proxy(class {}, {
  get() {
    throw new Error("get");
  },
  getPrototypeOf() {
    throw new Error("getPrototypeOf");
  },
});
export const B = Object.create(null);
export const C = Symbol("c");
export const { proxy: D, revoke } = Proxy.revocable({}, {});
revoke();

export default new Proxy(
  {},
  {
    get(target, name) {
      if (name === "then") return undefined;
      throw new RangeError(`get ${String(name)}`);
    },
  },
);
