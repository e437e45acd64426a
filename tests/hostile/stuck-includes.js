// Attacks: a thread, by a function of V8's that does not heed that it is to end, and has nearly no end of its own. Its loop
// is in V8's C++, where a thread cannot be parked.
// Becomes: the thread goes on where nobody waits for it, for what the others leave of the processor; the client gets error 1102,
// the Worker is refused for a while, and then has a new instance.
// Expect /includes: refused
import { guest } from "./common/guest.js";

export default guest({ includes: () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1) });
