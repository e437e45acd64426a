// Attacks: a thread and the memory of all, by a function of V8's that does not heed that it is to end, and writes to an object
// that grows.
// Becomes: the thread is parked when the heap is collected or full; the client gets error 1102, the Worker is refused for a while,
// and then has a new instance.
// Config: {"limits": {"cpu_ms": 1000}}
// Expect /fill: refused
import { guest } from "./common/guest.js";

export default guest({ fill: () => Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1) });
