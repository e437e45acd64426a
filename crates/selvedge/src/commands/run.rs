//! From a command to the process that it needs.

use std::future::Future;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use selvedge_edge::Homes;
use selvedge_runtime::{
    Compilation, V8Token, expect_long_turns, initialize_v8_for, keep_locks, release_lock, use_all_cores,
};

use super::{analytics, check, completions, d1, dev, import, init, kv, r2, secrets_store, serve};
use crate::cli::Command;
use crate::reserve::{self, Reserves};

/// How long work that nobody waits for may go on when the process ends.
const FAREWELL: Duration = Duration::from_millis(100);

/// A turn of JavaScript uses the stack of the thread it runs on; V8's own limit is below this.
const STACK_BYTES: usize = 4 << 20;

/// Runs a command to its end.
///
/// # Errors
/// Whatever keeps it from doing its work, in words for people.
pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Dev(args) => with_engine(Compilation::MachineCode, |v8| dev::run(*args, v8)),
        Command::Serve(args) => serve_all(args),
        Command::Check(args) => with_engine(Compilation::MachineCode, |v8| check::run(args, v8)),
        Command::Init(args) => init::run(&args),
        Command::Kv(args) => without_engine(kv::run(args)),
        Command::D1(args) => without_engine(d1::run(args)),
        Command::Analytics(args) => analytics::run(&args),
        Command::SecretsStore(args) => without_engine(secrets_store::run(args)),
        Command::R2(args) => without_engine(r2::run(*args)),
        Command::Import(args) => without_engine(import::run(args)),
        Command::Completions(args) => completions::run(&args),
    }
}

/// Runs a command that needs no Worker: on the data itself. It blocks where it likes.
fn without_engine<F: Future<Output = anyhow::Result<()>>>(work: F) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime of the command")?;
    runtime.block_on(work)
}

/// Initializes V8 while there is only one thread, and then makes the others.
fn with_engine<F: Future<Output = anyhow::Result<()>>>(
    compilation: Compilation,
    work: impl FnOnce(V8Token) -> F,
) -> anyhow::Result<()> {
    let v8 = initialize_v8_for(compilation);
    raise_open_files();
    let runtime = threads(light_threads()).build().context(NO_THREADS)?;
    let result = runtime.block_on(work(v8));
    runtime.shutdown_timeout(FAREWELL);
    result
}

/// Serves, with threads of a lower priority for Workers whose turns are long.
fn serve_all(args: serve::ServeArgs) -> anyhow::Result<()> {
    let v8 = initialize_v8_for(args.compilation());
    raise_open_files();
    allow_priorities();
    let mut heavy = threads(cores() + reserve::SIZE);
    let heavy = heavy.thread_name("heavy").on_thread_start(begin_heavy).build().context(NO_THREADS)?;
    let mut single = threads(1 + reserve::SIZE);
    single.thread_name("single").global_queue_interval(FAIR).on_thread_start(begin_single).on_thread_park(release_lock);
    let single = single.build().context(NO_THREADS)?;
    let runtime = threads(light_threads() + reserve::SIZE).build().context(NO_THREADS)?;
    let threads = serve::Threads {
        heavy: heavy.handle().clone(),
        homes: Arc::new(Homes::new(runtime.handle().clone(), single.handle().clone())),
        reserves: Reserves::new(&[runtime.handle(), single.handle(), heavy.handle()]),
    };
    let reserves = threads.reserves.clone();
    let result = runtime.block_on(serve::run(args, v8, threads));
    // So that they can end.
    reserves.work(usize::MAX);
    runtime.shutdown_timeout(FAREWELL);
    single.shutdown_timeout(FAREWELL);
    heavy.shutdown_timeout(FAREWELL);
    result
}

/// How a thread for Workers whose turns are long begins.
fn begin_heavy() {
    use_all_cores();
    expect_long_turns();
}

/// How the thread begins that serves all connections while one is enough.
fn begin_single() {
    use_all_cores();
    keep_locks();
}

/// After how many tasks a single thread looks at those that its own queue, of 256, had no room for. tokio's default is some
/// dozens, as others look too: with a thousand connections that are all busy, one request in ten then waited for 120 ms.
const FAIR: u32 = 2;

const NO_THREADS: &str = "cannot start the threads of the server; is a limit on threads (ulimit -u) too low?";

/// How many threads work for connections: one a core. Others are in reserve; see [`Reserves`].
fn light_threads() -> usize {
    cores().max(2)
}

/// A runtime of so many threads.
fn threads(count: usize) -> tokio::runtime::Builder {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(count).thread_stack_size(STACK_BYTES).on_thread_start(use_all_cores).enable_all();
    builder
}

/// Allows as many open files as an administrator lets this process have: each connection is one, each open database a
/// few. Where it is not to be had, the default stays.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Allows threads that lowered their priority to get the usual one back, as the engine has them do for turns that are
/// long: 20 is the limit's word for the nice value 0. Where that is not to be had, priorities are left alone.
fn allow_priorities() {
    #[cfg(target_os = "linux")]
    {
        const USUAL: u64 = 20;
        let limit = getrlimit(Resource::Nice);
        let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= USUAL);
        if !enough(limit.current) {
            let maximum = if enough(limit.maximum) { limit.maximum } else { Some(USUAL) };
            let _ = setrlimit(Resource::Nice, Rlimit { current: Some(USUAL), maximum });
        }
    }
}

/// How many cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}
