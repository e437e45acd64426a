//! Systems without a sandbox of ours.

use super::{Layers, Needs};

/// Nothing to hold.
#[derive(Debug)]
pub(crate) struct Held;

/// Says that nothing is enforced.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "the same as on Linux")]
pub(super) fn enter(_needs: &Needs) -> anyhow::Result<(Held, Layers)> {
    let missing = vec![format!("anything, as only Linux has one; this system is {}.", std::env::consts::OS)];
    Ok((Held, Layers { on: Vec::new(), missing }))
}
