//! Structured clone (<https://html.spec.whatwg.org/multipage/structured-data.html>).

mod bytes;
mod delegate;
mod ops;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] =
    &[bytes::op_structured_deserialize, bytes::op_structured_serialize, ops::op_structured_clone];
