// Attacks: the process, by what V8 ends it for: sorting an object that says it is longer than any array.
// Becomes: V8 is kept from it; the thread and the instance are lost, the client gets error 1102, and the next event has a new
// instance.
// Config: {"limits": {"cpu_ms": 30000}}
// Expect /sort: refused
import { guest } from "./common/guest.js";

export default guest({ sort: () => Array.prototype.sort.call({ length: 2 ** 53 - 1 }) });
