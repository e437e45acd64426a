// Attacks: a thread, by a function of V8's that does not heed that it is to end, and has nearly no end of its own.
// Becomes: the thread is lost to it, nobody gets an answer, and the next event has a new instance on another thread.
// Expect /indexOf: none
import { guest } from "./common/guest.js";

export default guest({ indexOf: () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) });
