//! Timers (<https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers>).

mod alarm;
mod context;
mod task;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    alarm::op_alarm_close,
    alarm::op_alarm_new,
    alarm::op_alarm_set,
    alarm::op_alarm_wait,
    context::op_async_context_get,
    context::op_async_context_set,
    context::op_invocation_id,
    context::op_invocation_lives,
    task::op_task_turn,
];
