// Attacks: the process, by what V8 ends it for: more matches of a regular expression than an array may hold.
// Becomes: V8 is kept from it; the thread and the instance are lost, the client gets error 1102, and the next event has a new
// instance.
// Config: {"limits": {"cpu_ms": 30000}}
// Expect /match: refused
import { guest } from "./common/guest.js";

export default guest({ match: () => "x".repeat(2 ** 28).match(/x/g).length });
