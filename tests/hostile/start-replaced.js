// Attacks: the start: a global scope that replaces what the platform uses to find the Worker's handlers.
// Becomes: the Worker starts, and what fails then is its own error.
// Expect /: 500 error 1101, log Error: replaced
const broken = () => {
  throw new Error("replaced");
};
const { Response: Kept } = globalThis;
Object.keys =
  Object.entries =
  Object.getPrototypeOf =
  Object.getOwnPropertyNames =
  Reflect.apply =
  Reflect.get =
    broken;
Function.prototype.call = Function.prototype.apply = Function.prototype.bind = broken;
Array.prototype.includes = Array.prototype.push = Array.prototype.map = broken;
Promise.prototype.then = Promise.resolve = broken;
globalThis.Response = globalThis.Request = globalThis.Headers = null;

export default { fetch: () => new Kept("found") };
