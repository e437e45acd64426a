//! The steps of a start, as events of `tracing`, so that a bench can say where its time goes.
//!
//! Each marks the end of what its name says. They cost nothing while no subscriber wants them: one look at a number.

/// The target of these events.
pub const STEPS: &str = "selvedge_runtime::steps";

/// Notes that a step of a start has ended.
macro_rules! step {
    ($name:literal) => {
        tracing::trace!(name: $name, target: $crate::steps::STEPS, "")
    };
}
