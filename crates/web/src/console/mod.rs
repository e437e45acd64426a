//! The Console Standard (<https://console.spec.whatwg.org/>).

mod inspect;
mod log;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    inspect::op_inspect_constructor_name,
    inspect::op_inspect_entries,
    inspect::op_inspect_keys,
    inspect::op_inspect_kind,
    inspect::op_inspect_promise,
    inspect::op_inspect_proxy,
    log::op_console_log,
];
