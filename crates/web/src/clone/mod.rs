//! Structured clone (<https://html.spec.whatwg.org/multipage/structured-data.html>).

mod delegate;
mod ops;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[ops::op_structured_clone];
