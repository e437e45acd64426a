//! The only clock that guest code can read.

use std::sync::Arc;

use selvedge_ops::op;
use selvedge_runtime::InstanceState;

/// Milliseconds since the Unix epoch; it stands still within a turn.
#[op]
pub(crate) fn op_now(#[context] instance: Arc<InstanceState>) -> f64 {
    instance.now()
}
