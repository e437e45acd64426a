//! V8 itself, set up once, and the making of isolates.

use std::sync::Arc;
use std::time::Duration;

use selvedge_ops::v8;

use crate::fatal;
use crate::groups::Groups;
use crate::instance::Shell;
use crate::kept::release_lock;
use crate::lazy::LazySources;
use crate::memory::Memory;
use crate::watchdog::Watchdog;
use crate::{Extension, InternalScript, JsError, LostThreads, Snapshot};

/// Proof that V8 was initialized. See [`initialize_v8`].
#[derive(Clone)]
pub struct V8Token {
    platform: v8::SharedRef<v8::Platform>,
}

impl std::fmt::Debug for V8Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("V8Token")
    }
}

/// Initializes V8. Call it first thing in `main`, before any other thread is made: V8 guards its tables with a
/// memory protection key that a thread inherits when it is made, and a thread made earlier dies of SIGSEGV.
///
/// A second call in a process is an error of the caller's, which V8 answers by ending the process; hence tests
/// share one token.
pub fn initialize_v8() -> V8Token {
    initialize_v8_for(Compilation::MachineCode)
}

/// What V8 makes of JavaScript before it runs it. It is a decision for the whole process: V8 reads it when it is
/// initialized, and all isolates share its builtins and its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compilation {
    /// Machine code, by its compilers.
    MachineCode,
    /// Bytecode only, also of regular expressions. No memory is made executable while the process runs, which is where
    /// most exploits of V8 start and end. There is no `WebAssembly`.
    Bytecode,
}

/// What a host of strangers' code needs other than V8's defaults.
///
/// Not set, as V8's defaults are right: its flags are read-only memory once it is initialized
/// (`--freeze-flags-after-init`), code is guarded by a memory protection key where the processor has them
/// (`--memory-protection-keys`), and what is experimental, for developers or for tests (`--expose-*`,
/// `--allow-natives-syntax`) is off. Chromium and workerd set nothing more that would keep guests apart in a process;
/// workerd's `--noincremental-marking` is about its own collector.
const FLAGS: [&str; 5] = [
    "--stack-size=900",
    // The pass that unrolls loops also drops their interrupt checks where it thinks them short; it is wrong of
    // loops around built-in functions, which then cannot be terminated: `for (;;) new Array(1000).fill({})`.
    "--no-turboshaft-loop-unrolling",
    // A WebAssembly memory has 2048 pages at most: 128 MB, an instance's limit.
    "--wasm-max-mem-pages=2048",
    // What V8's developers may switch on, robust or not, stays off also if another flag implies it.
    "--disallow-developer-only-features",
    // V8's own snapshot has the seed of its hashes baked in: the same in every copy of the library, so that a visitor
    // could send keys that all collide (JSON, forms, headers). With this the isolate that the platform's snapshot is made
    // in takes a seed of its own, which that snapshot keeps, and its isolates too (see `Snapshot`).
    "--rehash-snapshot",
];

/// [`initialize_v8`] with a choice.
pub fn initialize_v8_for(compilation: Compilation) -> V8Token {
    // One background thread for concurrent compilation and collection keeps a small machine's cores for turns.
    let platform = v8::new_default_platform(1, false).make_shared();
    v8::V8::set_flags_from_string(&FLAGS.join(" "));
    if compilation == Compilation::Bytecode {
        v8::V8::set_flags_from_string("--jitless");
    }
    v8::V8::initialize_platform(platform.clone());
    v8::V8::initialize();
    fatal::install();
    V8Token { platform }
}

/// What an [`Engine`] is made of.
#[derive(Debug)]
pub struct EngineOptions {
    /// What is run into the startup snapshot. The first one's function gives an array: an object of what is called from
    /// outside, and a function that gives what `extensions` import of it, as objects of exports by specifier.
    pub scripts: Vec<InternalScript>,
    /// What Workers may import.
    pub extensions: Vec<Extension>,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A defect of ours: the platform's own JavaScript failed.
    #[error("the platform's own JavaScript failed: {}", .0.report())]
    Snapshot(JsError),
    /// The system refused the watchdog's thread.
    #[error("cannot start the watchdog thread: {0}; is a limit on threads (ulimit -u) too low?")]
    Watchdog(std::io::Error),
}

/// The maker of isolates.
pub struct Engine {
    snapshot: Snapshot,
    groups: Arc<Groups>,
    lazy: Arc<LazySources>,
    watchdog: Watchdog,
    platform: v8::SharedRef<v8::Platform>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl Engine {
    /// Runs the platform's JavaScript and keeps the result as a snapshot.
    ///
    /// # Errors
    /// When that JavaScript is faulty, or a thread cannot be made.
    pub fn new(token: &V8Token, options: &EngineOptions) -> Result<Arc<Self>, EngineError> {
        let snapshot = Snapshot::build(&options.scripts).map_err(EngineError::Snapshot)?;
        let groups = Groups::new(&options.scripts).map_err(EngineError::Snapshot)?;
        let lazy = LazySources::new(&options.scripts, &options.extensions).map_err(EngineError::Snapshot)?;
        let watchdog = Watchdog::start().map_err(EngineError::Watchdog)?;
        let (groups, lazy) = (Arc::new(groups), Arc::new(lazy));
        Ok(Arc::new(Self { snapshot, groups, lazy, watchdog, platform: token.platform.clone() }))
    }

    pub(crate) fn on_held_threads(&self, changed: Box<dyn Fn(usize) + Send + Sync>) {
        self.watchdog.on_held_threads(changed);
    }

    pub(crate) fn slow_turns(&self) -> Duration {
        self.watchdog.slow_turns()
    }

    pub(crate) fn lost_threads(&self) -> LostThreads {
        self.watchdog.lost_threads()
    }

    /// The modules that are not in the snapshot.
    pub(crate) fn lazy(&self) -> &Arc<LazySources> {
        &self.lazy
    }

    /// The startup snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Makes an isolate from the snapshot, with no Worker in it. About a millisecond of work.
    ///
    /// # Errors
    /// When V8 makes none.
    pub(crate) fn shell(&self, heap_bytes: usize) -> Result<Shell, JsError> {
        let memory = Arc::new(Memory::new(heap_bytes));
        // `Atomics.wait` would hold the thread, and for nobody: no memory is shared with another isolate.
        let params = self.snapshot.create_params().heap_limits(0, heap_bytes).allow_atomics_wait(false);
        let params = params.array_buffer_allocator(memory.allocator().make_shared());
        release_lock();
        let mut isolate = v8::Isolate::new(params);
        self.groups.install(&mut isolate);
        step!("isolate");
        Shell::new(isolate, &self.watchdog, self.platform.clone(), memory)
    }
}
