// Attacks: a thread and the memory of all, by a function of V8's that does not heed that it is to end, and writes to an object
// that grows.
// Becomes: the client gets error 1102. Where the heap is full soon, the turn ends with it, and there is a new instance; else the
// thread is parked when the heap is collected, and the Worker refused for a while.
// Config: {"limits": {"cpu_ms": 1000}}
// Expect /fill: ended
import { guest } from "./common/guest.js";

export default guest({ fill: () => Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1) });
