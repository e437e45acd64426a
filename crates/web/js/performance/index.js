// The clock. This file only lists.

export { installFrozenClock, now } from "./frozen-clock.js";
export { Performance, performance } from "./performance.js";
