//! High Resolution Time (<https://w3c.github.io/hr-time/>).

mod clock;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[clock::op_now];
