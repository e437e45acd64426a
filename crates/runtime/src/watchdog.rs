//! Ends turns that run too long.
//!
//! One thread looks at every instance's clock each few milliseconds and terminates execution where a turn is
//! past its end. What is measured is wall time: a turn does nothing but compute, so the two differ only on a
//! loaded machine.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use selvedge_ops::v8;

const PERIOD: Duration = Duration::from_millis(5);

/// When the running turn of one instance must end.
pub(crate) struct TurnClock {
    /// The end of the running turn. Held while execution is terminated, so that a termination meant for one
    /// turn never reaches the next.
    end: Mutex<End>,
    isolate: v8::IsolateHandle,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// No turn is running.
    Idle,
    /// The turn must end then.
    At(Instant),
    /// The turn was terminated.
    Terminated,
}

impl TurnClock {
    fn set(&self, end: End) -> End {
        std::mem::replace(&mut *self.end.lock().unwrap_or_else(PoisonError::into_inner), end)
    }

    pub(crate) fn begin(&self, limit: Duration) {
        self.set(Instant::now().checked_add(limit).map_or(End::Idle, End::At));
    }

    /// Ends the turn; says whether it was terminated. V8 itself forgets that as soon as the guest's frames are
    /// gone.
    pub(crate) fn finish(&self) -> bool {
        self.set(End::Idle) == End::Terminated
    }

    /// Terminates the turn now. Called from within the isolate too: V8 may hold its own locks, but never this one.
    pub(crate) fn terminate(&self) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        self.isolate.terminate_execution();
        *end = End::Terminated;
    }

    /// Whether the turn was terminated: no more of the guest's code may be entered in it.
    pub(crate) fn is_terminated(&self) -> bool {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) == End::Terminated
    }

    fn check(&self, now: Instant) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let over = match *end {
            End::Idle => false,
            End::At(end) => end <= now,
            // V8 forgets a termination when the last of the guest's frames is gone; what the turn enters after
            // that (a handler of its own that was being called, say) must end too.
            End::Terminated => true,
        };
        if over {
            self.isolate.terminate_execution();
            *end = End::Terminated;
        }
    }
}

type Clocks = Mutex<Vec<Weak<TurnClock>>>;

/// The watching thread. It ends with the value.
pub(crate) struct Watchdog {
    clocks: Arc<Clocks>,
}

impl Watchdog {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let clocks = Arc::<Clocks>::default();
        let watched = Arc::downgrade(&clocks);
        std::thread::Builder::new().name("watchdog".into()).spawn(move || watch(&watched))?;
        Ok(Self { clocks })
    }

    pub(crate) fn clock(&self, isolate: v8::IsolateHandle) -> Arc<TurnClock> {
        let clock = Arc::new(TurnClock { end: Mutex::new(End::Idle), isolate });
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&clock));
        clock
    }
}

fn watch(clocks: &Weak<Clocks>) {
    while let Some(clocks) = clocks.upgrade() {
        let now = Instant::now();
        clocks.lock().unwrap_or_else(PoisonError::into_inner).retain(|clock| {
            let clock = clock.upgrade();
            if let Some(clock) = &clock {
                clock.check(now);
            }
            clock.is_some()
        });
        drop(clocks);
        std::thread::sleep(PERIOD);
    }
}
