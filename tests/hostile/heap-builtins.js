// Attacks: memory, in one call of a function of V8's, which does not heed that it is to end before it returns.
// Becomes: a RangeError, or the end of the instance; never that of the process.
// Config: {"limits": {"cpu_ms": 30000}}
// Expect /parsedZeros: 503 error 1102
// Expect /parsedObjects: 503 error 1102
// Expect /parsedArrays: 503 error 1102
// Expect /parsedStrings: 503 error 1102
// Expect /parsedNested: 503 error 1102
// Expect /keys: 503 error 1102
// Expect /entries: 503 error 1102
// Expect /spread: 503 error 1102
// Expect /assigned: 503 error 1102
// Expect /set: 503 error 1102
// Expect /split: 503 error 1102
// Expect /matched: 503 error 1102
// Expect /oneArray: 503 error 1102
// Expect /sparse: 503 error 1102
// Expect /sortedNothing: 500 error 1101, log RangeError
// Expect /sortedLittle: 500 error 1101, log RangeError
import { guest } from "./common/guest.js";

const big = () => new Uint8Array(1e8);

export default guest({
  parsedZeros: () => JSON.parse(`[${"0,".repeat(1e8)}0]`).length,
  parsedObjects: () => JSON.parse(`[${"{},".repeat(3e7)}0]`).length,
  parsedArrays: () => JSON.parse(`[${"[],".repeat(3e7)}0]`).length,
  parsedStrings: () => JSON.parse(`[${'"ab",'.repeat(3e7)}0]`).length,
  parsedNested: () => JSON.parse(`${"[".repeat(3e7)}${"]".repeat(3e7)}`).length,
  keys: () => Object.keys(big()).length,
  entries: () => Object.entries(big()).length,
  spread: () => [...big()].length,
  assigned: () => Object.assign({}, big()),
  set: () => new Set(big()).size + new Set(Array.from({ length: 3e7 }, (_, i) => i)).size,
  split: () => "x".repeat(2 ** 28).split("").length,
  matched: () => "x".repeat(2 ** 28).match(/x/g).length,
  oneArray: () => new Array(3e7).fill(1.5).length,
  sparse() {
    const array = [];
    for (let i = 0; ; i += 5000) array[i] = i;
  },
  // V8 ends the process where a temporary array would be too long: it must not come to that.
  sortedNothing: () => Array.prototype.sort.call({ length: 2 ** 53 - 1 }),
  sortedLittle: () => new Array(2 ** 32 - 2).sort(),
});
