// Attacks: the process, by what V8 ends it for: an array of a built-in function's own that is longer than any may be.
// Becomes: V8 is kept from it; the thread and the instance are lost, the client gets error 1102, and the next event has a new
// instance.
// Config: {"limits": {"cpu_ms": 30000}}
// Expect /split: refused
import { guest } from "./common/guest.js";

export default guest({ split: () => "x".repeat(2 ** 29 - 24).split("").length });
