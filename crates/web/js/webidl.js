// WebIDL (https://webidl.spec.whatwg.org/): how JavaScript values become the types that an interface's
// operations take, and how a class becomes an interface. This file only lists; each import holds one idea.
//
// A converter is a function `(value, prefix, context, options) => converted`. `prefix` names the operation
// ("Failed to execute 'append' on 'Headers'"), `context` the value ("parameter 1"); both only serve error
// texts, so a hot path may call a converter with constant strings at no cost. Combinators (`sequenceOf`,
// `nullable`, `dictionary` ...) make converters of converters.

export { conversionError, requireArguments, typeMismatch } from "./webidl/errors.js";
export { converters } from "./webidl/converters.js";
export {
  callbackFunction,
  dictionary,
  enumeration,
  interfaceOf,
  nullable,
  recordOf,
  sequenceOf,
  withOptions,
} from "./webidl/combinators.js";
export { defineInterface, illegalConstructor, interfaceNameOf, internal } from "./webidl/interface.js";
export { definePairIterator } from "./webidl/iterable.js";
export { defineAsyncIterator, endOfIteration } from "./webidl/async-iterable.js";
export { uncurryThis } from "./webidl/intrinsics.js";
