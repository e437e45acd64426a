//! The Compression Standard (<https://compression.spec.whatwg.org/>).

mod brotli;
mod codec;
mod ops;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[ops::op_compression_close, ops::op_compression_new, ops::op_compression_push];
