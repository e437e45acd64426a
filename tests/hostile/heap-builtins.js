// Attacks: memory, in one call of a function of V8's, which does not heed that it is to end before it returns.
// Becomes: the end of the instance when it returns; never that of the process.
// Config: {"limits": {"cpu_ms": 5000}}
// Expect /parsedZeros: 503 error 1102
// Expect /parsedKeys: 503 error 1102
// Expect /parsedDoubles: 503 error 1102
// Expect /parsedNested: 503 error 1102
// Expect /spread: 503 error 1102
// Expect /from: 503 error 1102
// Expect /mapped: 503 error 1102
// Expect /entries: 503 error 1102
// Expect /spreadText: 503 error 1102
// Expect /matchAll: 503 error 1102
// Expect /oneArray: 503 error 1102
// Expect /sparse: 503 error 1102
import { guest } from "./common/guest.js";

const big = () => new Uint8Array(2e7);

export default guest({
  parsedZeros: () => JSON.parse(`[${"0,".repeat(4e7)}0]`).length,
  parsedKeys: () => JSON.parse(`{${Array.from({ length: 2e6 }, (_, i) => `"k${i}":{}`).join()}}`).k1,
  parsedDoubles: () => JSON.parse(`[${"1.5,".repeat(2e7)}0]`).length,
  parsedNested: () => JSON.parse(`${"[".repeat(4e6)}${"]".repeat(4e6)}`).length,
  spread: () => [...big()].length,
  from: () => Array.from(big()).length,
  mapped: () => Array.prototype.map.call(big(), (x) => ({ x })).length,
  entries: () => new Map(big().entries()).size,
  spreadText: () => [..."x".repeat(2 ** 26)].length,
  matchAll: () => [..."x".repeat(2 ** 26).matchAll(/x/g)].length,
  oneArray: () => new Array(3e7).fill(1.5).length,
  sparse() {
    const array = [];
    for (let i = 0; ; i += 5000) array[i] = i;
  },
});
