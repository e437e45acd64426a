// Attacks: memory, in one call of a function of V8's, which does not heed that it is to end before it returns.
// Becomes: the end of the instance when it returns; never that of the process.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /from: 503 error 1102
// Expect /matchAll: 503 error 1102
// Expect /oneArray: 503 error 1102
import { guest } from "./common/guest.js";

const big = () => new Uint8Array(2e7);

export default guest({
  from: () => Array.from(big()).length,
  matchAll: () => [..."x".repeat(2 ** 26).matchAll(/x/g)].length,
  oneArray: () => new Array(3e7).fill(1.5).length,
});
