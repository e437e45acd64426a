//! The URL Standard (<https://url.spec.whatwg.org/>).

mod ops;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[ops::op_url_can_parse, ops::op_url_parse, ops::op_url_set];
