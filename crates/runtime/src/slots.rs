//! Which turn runs on which thread.
//!
//! Turns are found by the thread they run on: there are few of those, and thousands of instances. The thread itself finds
//! its own here too, wherever V8 calls us: in an interruption, in the handler of a signal, when memory is out.

use std::cell::RefCell;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::cpu::{ThreadClock, thread_number};
use crate::priority::Rank;
use crate::running::{Due, Running};
use crate::watchdog::{Shared, TurnClock};
use crate::{InstanceState, Limit, cores, priority};

/// A turn that runs, and the watch on its instance.
pub(crate) struct Turn {
    pub(crate) running: Running,
    pub(crate) clock: Arc<TurnClock>,
}

/// What runs on one thread.
pub(crate) struct Slot {
    turn: Mutex<Option<Turn>>,
    /// The thread's clock of CPU time.
    pub(crate) thread: ThreadClock,
    /// The number that the system gives the thread.
    pub(crate) number: i32,
    pub(crate) is_for_short_turns: bool,
}

thread_local! {
    /// The calling thread's slot, and whose it is: a process may have several engines, one after the other.
    static SLOT: RefCell<Option<(Weak<Shared>, Arc<Slot>)>> = const { RefCell::new(None) };
}

impl Slot {
    fn here() -> Self {
        Self {
            turn: Mutex::default(),
            thread: ThreadClock::here(),
            number: thread_number(),
            is_for_short_turns: !priority::is_for_long_turns(),
        }
    }

    /// The turn that runs on the thread. Held while it is terminated, so that a termination meant for one turn never
    /// reaches the next.
    pub(crate) fn turn(&self) -> MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does something with the slot of the calling thread.
pub(crate) fn with_slot<T>(shared: &Arc<Shared>, then: impl FnOnce(&Slot) -> T) -> T {
    SLOT.with_borrow_mut(|mine| match mine {
        Some((owner, slot)) if std::ptr::eq(owner.as_ptr(), Arc::as_ptr(shared)) => then(slot),
        _ => {
            let slot = Arc::new(Slot::here());
            shared.add(&slot);
            let result = then(&slot);
            *mine = Some((Arc::downgrade(shared), slot));
            result
        }
    })
}

/// The calling thread's slot, if a turn ever ran on it.
fn slot_here() -> Option<Arc<Slot>> {
    SLOT.try_with(|mine| mine.try_borrow().ok()?.as_ref().map(|(_, slot)| slot.clone())).ok()?
}

/// Does something with the turn that runs on the calling thread; nothing if none does.
fn with_turn<T>(then: impl FnOnce(&mut Turn) -> T) -> Option<T> {
    slot_here()?.turn().as_mut().map(then)
}

/// Whether the turn on the calling thread was asked to make room. If it was not, the request was for the one before it,
/// and came too late.
pub(crate) fn was_asked() -> bool {
    with_turn(|turn| turn.running.moves > 0).unwrap_or(false)
}

/// Lowers the calling thread, in whose turn this is, to a rank for as long as the turn goes on. The last one leaves a core to
/// others, while they need it.
pub(crate) fn lower_thread(rank: Rank) {
    if let Some(clock) = with_turn(|turn| turn.clock.clone()) {
        priority::lower(rank, clock.shared.may_yield);
        if rank == Rank::Endless {
            cores::leave_one(clock.shared.leave_core.load(Ordering::Relaxed));
        }
    }
}

/// Notes that the turn on the calling thread is making room.
pub(crate) fn note_room() {
    with_turn(|turn| turn.running.made_room = true);
}

/// What the turn on the calling thread is to do; it does it then.
pub(crate) fn take_due() -> Due {
    with_turn(|turn| turn.running.take_due()).unwrap_or_default()
}

/// The state of the instance whose turn on the calling thread was asked to stop.
pub(crate) fn to_stop() -> Option<Arc<InstanceState>> {
    with_turn(|turn| turn.running.unheeded.is_to_stop().then(|| turn.clock.state.clone()))?
}

/// Condemns the instance whose turn runs on the calling thread, and forgets the turn, as it will not end. The instance's
/// state; nothing if no turn runs.
pub(crate) fn abandon_turn() -> Option<Arc<InstanceState>> {
    let Turn { clock, .. } = slot_here()?.turn().take()?;
    clock.state.condemn(Limit::Memory);
    clock.shared.parked.fetch_add(1, Ordering::Relaxed);
    Some(clock.state.clone())
}
