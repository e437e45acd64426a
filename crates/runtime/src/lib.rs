//! The engine: V8 isolates that many threads share, one at a time, and what runs in them.
//!
//! - [`Engine`]: V8 set up once, our own JavaScript in a startup snapshot, a warm pool of isolates.
//! - [`Instance`]: an isolate with a Worker's modules evaluated in it. [`Driver::turn`] is the only way in.
//! - [`Invocation`]: the life of one event. It owns the native resources that JavaScript sees as numbers and the
//!   asynchronous work that JavaScript started; its [`Driver`] runs that work and returns to the isolate to
//!   settle promises.
//! - [`Script`]: a Worker's modules as text and bytes, with the code cache that makes the next instance cheap.
//!
//! An isolate belongs to no thread. A turn is synchronous and short: it awaits the instance's permit, takes
//! V8's lock (never contended, as the permit is exclusive), runs JavaScript and the microtasks that follow, and
//! leaves; a thread that is told to keeps the lock for its next turn. Nothing is awaited inside. So a request is served
//! in the task that owns its connection, with no thread hop between the socket and JavaScript.
//!
//! A shared isolate can have neither weak handles nor a cppgc heap, therefore no native object hangs on a
//! JavaScript one: resources are numbers in a table ([`Resources`]) that is freed with its invocation.
//!
//! This crate knows nothing of the web's standards nor of Workers' events: those are extensions.

#[macro_use]
mod steps;

mod alive;
mod allocator;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod builtins;
mod cores;
mod cpu;
mod driver;
mod empty_caches;
mod engine;
#[cfg(target_os = "linux")]
mod every_thread;
mod exception;
mod extensions;
mod fatal;
mod groups;
mod handover;
mod host;
mod instance;
mod internal;
mod invocation;
mod kept;
mod lazy;
mod limits;
mod linker;
mod log;
mod log_budget;
mod long_turn;
mod loss;
mod memory;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod nudge;
mod numbers;
mod optimized_code;
mod permit;
mod pool;
mod priority;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod protection;
mod redirect;
mod rejections;
mod reserved;
mod resources;
mod running;
mod script;
mod slots;
mod snapshot;
mod start;
mod state;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod stuck;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "stuck_elsewhere.rs"]
mod stuck;
mod text;
mod turn_time;
mod unheeded;
mod warmth;
mod wasm;
mod watchdog;
mod weight;

pub use allocator::Allocator;
pub use cores::use_all_cores;
pub use driver::{Driver, Ended};
pub use engine::{Compilation, Engine, EngineError, EngineOptions, V8Token, initialize_v8, initialize_v8_for};
#[cfg(target_os = "linux")]
pub use every_thread::{RestrictError, ThreadRestrictions, restrict_every_thread};
pub use exception::{JsError, call_function};
pub use extensions::Extensions;
pub use groups::load_group;
pub use instance::{Instance, TurnError};
pub use internal::{Extension, InternalModule, InternalScript};
pub use invocation::{Hold, Invocation};
pub use kept::{keep_locks, release_lock};
pub use lazy::Builtins;
pub use limits::{Limit, Limits};
pub use linker::{builtin_name, builtin_namespace, require};
pub use log::{LogLevel, LogRecord, LogSink};
pub use long_turn::LongTurn;
pub use loss::{Loss, LostThreads};
pub use memory::{Charge, Memory};
pub use pool::WarmPool;
pub use priority::expect_long_turns;
pub use reserved::Reserved;
pub use resources::Resources;
pub use script::{Module, ModuleKind, Script};
pub use snapshot::Snapshot;
pub use start::{InstanceObserver, StartError, StartOptions};
pub use state::InstanceState;
pub use steps::STEPS;
pub use watchdog::LONG_TURN;
