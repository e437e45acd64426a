//! The Web Platform Tests, run in Selvedge's own runtime: what needs no engine.
//!
//! The tests are upstream's, fetched by `tests/wpt/fetch`. This library says which of their files apply
//! ([`suite`], [`source`]), what is expected of each ([`expectations`]), how an outcome is judged ([`verdict`]) and
//! how the result is told ([`report`]). The program in `runner/` runs them.

pub mod expectations;
pub mod outcome;
pub mod report;
pub mod source;
pub mod suite;
pub mod verdict;
