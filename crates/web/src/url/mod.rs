//! The URL Standard (<https://url.spec.whatwg.org/>) and the URL Pattern Standard.

mod ops;
mod pattern;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_url_can_parse,
    ops::op_url_parse,
    ops::op_url_set,
    pattern::op_url_pattern_input,
    pattern::op_url_pattern_parse,
];
