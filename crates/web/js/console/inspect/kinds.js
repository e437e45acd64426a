// What a value is, by its internal slots (src/console/inspect.rs).

import { op_inspect_kind } from "selvedge:ops";

/** @type {(value: any) => number} one of the constants below */
export const kindOf = op_inspect_kind;

export const OTHER = 0;
export const PROXY = 1;
export const ARRAY = 2;
export const SET = 3;
export const MAP = 4;
export const MAP_ITERATOR = 5;
export const SET_ITERATOR = 6;
export const FUNCTION = 7;
export const GENERATOR_FUNCTION = 8;
export const ASYNC_FUNCTION = 9;
export const ASYNC_GENERATOR_FUNCTION = 10;
export const TYPED_ARRAY = 11;
export const ARGUMENTS = 12;
export const REGEXP = 13;
export const DATE = 14;
export const ERROR = 15;
export const ARRAY_BUFFER = 16;
export const SHARED_ARRAY_BUFFER = 17;
export const DATA_VIEW = 18;
export const PROMISE = 19;
export const WEAK_SET = 20;
export const WEAK_MAP = 21;
export const MODULE = 22;
export const BOXED_NUMBER = 23;
export const BOXED_STRING = 24;
export const BOXED_BOOLEAN = 25;
export const BOXED_BIGINT = 26;
export const BOXED_SYMBOL = 27;
