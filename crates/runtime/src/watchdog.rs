//! Ends turns whose invocation has used up its CPU time, and has long ones make room for others.
//!
//! One thread looks at the turns that run, thread by thread ([`crate::slots`]), each few milliseconds, or when the next one may
//! be at its end if that is sooner. While nothing runs the thread sleeps, and the turn that begins wakes it.
//!
//! A turn that goes on for [`LONG_TURN`] holds a thread that others wait for. It is interrupted, to give what the thread
//! had to do to another one (see [`crate::handover`]). One that does not heed its termination either is stopped where it is
//! (see [`crate::stuck`]).

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::Thread;
use std::time::{Duration, Instant};

use selvedge_ops::v8;

use crate::cores::ShortTurns;
use crate::cpu::{Meter, PLENTY};
use crate::handover::{self, Step};
use crate::long_turn::{LongTurn, Mark};
use crate::priority::Rank;
use crate::running::{ENDLESS_TURN, Running};
use crate::slots::{Slot, Turn, with_slot};
use crate::unheeded::Measure;
use crate::{InstanceState, Limit, Loss, LostThreads, cores, priority, stuck};

/// How often the running turns are looked at.
const PERIOD: Duration = Duration::from_millis(5);

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_micros(200);

/// How many looks find nothing before the thread sleeps.
const QUIET: u32 = 20;

/// How long it sleeps at most: it ends when the engine does.
const SLEEP: Duration = Duration::from_secs(1);

/// The CPU time after which a turn is a long one.
pub const LONG_TURN: Duration = Duration::from_millis(5);

/// From how long on a turn is one that others may mind who wait for its thread.
const SLOW_TURN: Duration = Duration::from_millis(1);

/// How long a turn may take to make room.
const HELD: Duration = Duration::from_millis(25);

/// For how long a turn is a recent one, up to twice that.
const RECENT: Duration = Duration::from_secs(1);

/// How often one turn is asked to make room. Once is enough unless the new thread was late.
const MOVES: u32 = 3;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a turn ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finished {
    /// Whether it was terminated. V8 itself forgets that as soon as the guest's frames are gone.
    pub(crate) terminated: bool,
    /// What it used at most.
    pub(crate) cpu: Duration,
    /// When.
    pub(crate) ended: Instant,
    /// Whether its thread may have lost its place in its runtime, to make room for others.
    pub(crate) was_moved: bool,
}

impl Finished {
    /// Of a turn that never began.
    pub(crate) fn nothing(now: Instant) -> Self {
        Self { terminated: false, cpu: Duration::ZERO, ended: now, was_moved: false }
    }
}

/// What a turn is to others.
#[derive(Clone, Copy, Debug, Default)]
struct Burden {
    /// It holds a thread that they wait for: it was to make room, or to end, and has not.
    holds_thread: bool,
    /// It seems not to end.
    is_endless: bool,
}

/// The watch on one instance.
pub(crate) struct TurnClock {
    isolate: v8::IsolateHandle,
    pub(crate) state: Arc<InstanceState>,
    /// Whether the turn was terminated.
    terminated: AtomicBool,
    /// The long turns; see [`TurnClock::take_long`].
    long: Mark,
    pub(crate) shared: Arc<Shared>,
}

impl TurnClock {
    /// A turn begins on this thread, which may use `budget` from `since` on: just now.
    pub(crate) fn begin(self: &Arc<Self>, budget: Duration, since: Instant) {
        with_slot(&self.shared, |slot| {
            let meter = Meter::begin(if budget < PLENTY { slot.thread.now() } else { None });
            let running = Running::begin(budget, since, slot.thread, meter, slot.number);
            self.terminated.store(false, Ordering::Relaxed);
            *slot.turn() = Some(Turn { running, clock: self.clone() });
            if slot.is_for_short_turns {
                self.shared.short_turns.note();
            }
        });
        self.shared.wake();
    }

    /// Ends the turn.
    pub(crate) fn finish(&self) -> Finished {
        let (past, is_for_short_turns) = with_slot(&self.shared, |slot| {
            let mut turn = slot.turn();
            let past = turn.as_ref().map(|turn| turn.running.past());
            *turn = None;
            (past, slot.is_for_short_turns)
        });
        let terminated = self.is_terminated();
        let Some(past) = past else {
            return Finished { terminated, ..Finished::nothing(Instant::now()) };
        };
        if past.was_asked && !stuck::settle() {
            // Whoever waits for the turn learns of its end by this.
            self.state.lose(Loss::Stuck);
            self.shared.parked.fetch_add(1, Ordering::Relaxed);
            handover::leave();
        }
        if past.is_lost {
            self.state.recover();
        }
        if past.was_moved {
            priority::restore();
            cores::leave_one(false);
        }
        let ended = Instant::now();
        let wall = ended.saturating_duration_since(past.begun);
        if wall >= SLOW_TURN && is_for_short_turns {
            let nanoseconds = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX);
            self.shared.slow_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        }
        let used = past.meter.finish(wall, || past.thread.now());
        if used.least >= LONG_TURN {
            self.long.note(if past.was_told { LongTurn::Same } else { LongTurn::New });
        }
        Finished { terminated, cpu: used.most, ended, was_moved: past.was_moved }
    }

    /// Terminates the turn now. Called from within the isolate, or by who holds the slot of its thread: a termination must not
    /// reach the next turn.
    pub(crate) fn terminate(&self) {
        self.isolate.terminate_execution();
        self.terminated.store(true, Ordering::Release);
    }

    /// Whether the turn was terminated: no more of the guest's code may be entered in it.
    pub(crate) fn is_terminated(&self) -> bool {
        self.terminated.load(Ordering::Acquire)
    }

    /// The turn that was long since the last call, or the running one if it is.
    pub(crate) fn take_long(&self) -> Option<LongTurn> {
        self.long.take()
    }
}

impl Turn {
    /// What it is to others.
    fn burden(&self, now: Instant) -> Burden {
        let running = &self.running;
        Burden {
            holds_thread: (running.moves > 0 || self.clock.is_terminated())
                && !running.made_room
                && now.saturating_duration_since(running.begun) >= HELD,
            is_endless: running.moves > MOVES,
        }
    }

    /// Does what is due. When to look again.
    fn check(&mut self, now: Instant) -> Duration {
        let Self { running, clock } = self;
        if clock.is_terminated() {
            // V8 forgets a termination when the last of the guest's frames is gone; what the turn enters after
            // that (a handler of its own that was being called, say) must end too.
            clock.isolate.terminate_execution();
            let used = running.used(now);
            running.nudge(used.least);
            let wall = now.saturating_duration_since(running.begun);
            // Under the lock, so that it is this turn which yields or stops.
            match running.unheeded.look(used.least, wall, clock.shared.may_yield) {
                Measure::Wait => {}
                Measure::Yield => stuck::ask_to_yield(running.number),
                Measure::Lose => clock.state.lose(Loss::Stuck),
                Measure::Stop => stuck::ask_to_stop(running.number),
            }
            return PERIOD;
        }
        let used = running.used(now);
        let over = if used.most >= running.budget {
            Some(Limit::CpuTime)
        } else {
            // What is not needed any more is found at the end of the turn; this is for those that grow within one.
            (clock.state.memory().wasm() / 2 > clock.state.memory().limit()).then_some(Limit::Memory)
        };
        if let Some(limit) = over {
            clock.terminate();
            // Not only when the turn ends: a built-in function may not heed a termination for long, and meanwhile no
            // other event should wait for this instance.
            clock.state.condemn(limit);
            return PERIOD;
        }
        if used.least >= LONG_TURN {
            clock.long.note(running.tell());
            if running.moves < MOVES {
                running.moves += 1;
                handover::request(&clock.isolate, Step::MakeRoom);
            } else if !running.made_room || running.rank > Rank::Usual {
                running.nudge(used.least);
            }
            if used.least >= ENDLESS_TURN && running.moves >= MOVES {
                let leaves = clock.shared.leave_core.load(Ordering::Relaxed);
                if running.moves == MOVES || running.leaves_core != leaves {
                    running.moves = MOVES + 1;
                    running.leaves_core = leaves;
                    handover::request(&clock.isolate, Step::YieldToAll);
                }
            }
        }
        let until_long = LONG_TURN.checked_sub(used.least).filter(|left| !left.is_zero()).unwrap_or(PERIOD);
        (running.budget - used.most).min(until_long).clamp(SHORTEST, PERIOD)
    }
}

/// What the watching thread and the watched ones share.
pub(crate) struct Shared {
    slots: Mutex<Vec<Weak<Slot>>>,
    asleep: AtomicBool,
    thread: OnceLock<Thread>,
    /// Whether threads may get a rank back that was lowered.
    pub(crate) may_yield: bool,
    short_turns: ShortTurns,
    /// What those took in all that were not so short; see [`crate::WarmPool::slow_turns`].
    slow_nanoseconds: AtomicU64,
    /// How many cores this process may use.
    cores: usize,
    /// Whether turns that do not end are to leave one of them to others.
    pub(crate) leave_core: AtomicBool,
    /// How many threads are held, as last told.
    held: AtomicUsize,
    /// How many threads wait for ever.
    pub(crate) parked: AtomicUsize,
    on_held: OnceLock<Box<dyn Fn(usize) + Send + Sync>>,
}

impl Shared {
    /// One more thread that turns run on.
    pub(crate) fn add(&self, slot: &Arc<Slot>) {
        lock(&self.slots).push(Arc::downgrade(slot));
    }

    /// Looks at all turns. When to look again; `None` if none runs.
    fn look(&self) -> Option<Duration> {
        let now = Instant::now();
        let mut next = None;
        let (mut held, mut endless) = (0, 0);
        lock(&self.slots).retain(|slot| {
            let Some(slot) = slot.upgrade() else { return false };
            if let Some(turn) = &mut *slot.turn() {
                let at = turn.check(now);
                next = Some(next.map_or(at, |next: Duration| next.min(at)));
                let burden = turn.burden(now);
                held += usize::from(burden.holds_thread);
                endless += usize::from(burden.is_endless);
            }
            true
        });
        let leave = cores::is_to_be_left(self.short_turns.are_recent(), endless, self.cores);
        self.leave_core.store(leave, Ordering::Relaxed);
        let before = self.held.swap(held, Ordering::Relaxed);
        if (held != before || held > 0)
            && let Some(on_held) = self.on_held.get()
        {
            on_held(held);
        }
        next
    }

    /// Called after a slot was filled, under its lock. The watchdog takes that lock too between saying that it is asleep and
    /// being so: if it was first, this sees what it said, and else it sees the turn.
    fn wake(&self) {
        if self.asleep.load(Ordering::Relaxed)
            && self.asleep.swap(false, Ordering::Relaxed)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }
}

/// The watching thread. It ends with the value.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
}

impl Watchdog {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            slots: Mutex::default(),
            asleep: AtomicBool::new(false),
            thread: OnceLock::new(),
            may_yield: priority::can_be_restored(),
            short_turns: ShortTurns::default(),
            slow_nanoseconds: AtomicU64::new(0),
            cores: std::thread::available_parallelism().map_or(1, NonZero::get),
            leave_core: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            parked: AtomicUsize::new(0),
            on_held: OnceLock::new(),
        });
        let watched = Arc::downgrade(&shared);
        let handle = std::thread::Builder::new().name("watchdog".into()).spawn(move || watch(&watched))?;
        // The only call.
        let _ = shared.thread.set(handle.thread().clone());
        Ok(Self { shared })
    }

    /// See [`crate::WarmPool::lost_threads`].
    pub(crate) fn lost_threads(&self) -> LostThreads {
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        LostThreads { held: count(&self.shared.held), parked: count(&self.shared.parked) }
    }

    /// See [`crate::WarmPool::slow_turns`].
    pub(crate) fn slow_turns(&self) -> Duration {
        Duration::from_nanos(self.shared.slow_nanoseconds.load(Ordering::Relaxed))
    }

    /// See [`crate::WarmPool::on_held_threads`].
    pub(crate) fn on_held_threads(&self, changed: Box<dyn Fn(usize) + Send + Sync>) {
        let _ = self.shared.on_held.set(changed);
    }

    pub(crate) fn clock(&self, isolate: v8::IsolateHandle, state: Arc<InstanceState>) -> Arc<TurnClock> {
        let shared = self.shared.clone();
        let (terminated, long) = Default::default();
        Arc::new(TurnClock { isolate, state, terminated, long, shared })
    }
}

fn watch(shared: &Weak<Shared>) {
    let mut quiet = 0;
    let mut turned_over = Instant::now();
    while let Some(shared) = shared.upgrade() {
        let mut next = shared.look();
        if turned_over.elapsed() >= RECENT {
            turned_over = Instant::now();
            shared.short_turns.turn_over();
        }
        if next.is_some() {
            quiet = 0;
        } else if quiet < QUIET {
            quiet += 1;
            next = Some(PERIOD);
        } else {
            shared.asleep.store(true, Ordering::Relaxed);
            next = shared.look();
            if next.is_some() {
                shared.asleep.store(false, Ordering::Relaxed);
            }
        }
        drop(shared);
        match next {
            Some(next) => std::thread::sleep(next),
            None => std::thread::park_timeout(SLEEP),
        }
    }
}
