// Attacks: a thread, by a function of V8's that does not heed that it is to end, and has nearly no end of its own. Its loop
// is in V8's builtins, and calls another one of them.
// Becomes: the thread is parked, which costs its memory and no more; the client gets error 1102,
// the Worker is refused for a while, and then has a new instance.
// Expect /every: refused
import { guest } from "./common/guest.js";

export default guest({ every: () => Array.prototype.every.call({ length: 2 ** 53 - 1 }, Object) });
