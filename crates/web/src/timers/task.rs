//! The turn after this one.

use std::sync::Arc;

use selvedge_ops::{OpError, op};
use selvedge_runtime::Invocation;

/// A promise of the next turn, which holds the invocation until then.
#[op(async)]
pub(crate) fn op_task_turn(
    #[context] invocation: Arc<Invocation>,
) -> Result<impl Future<Output = ()> + use<>, OpError> {
    let hold = invocation.hold();
    Ok(async move {
        // What is ready at once would be settled within this turn.
        tokio::task::yield_now().await;
        drop(hold);
    })
}
