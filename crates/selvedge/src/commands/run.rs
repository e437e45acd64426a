//! From a command to the process that it needs.

use std::future::Future;
use std::num::NonZero;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use selvedge_runtime::{Compilation, V8Token, initialize_v8_for};

use super::{analytics, check, completions, d1, dev, import, init, kv, r2, secrets_store, serve};
use crate::cli::Command;

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
        Command::Serve(args) => with_engine(args.compilation(), |v8| serve::run(args, v8)),
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
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // More threads than cores: a turn that spins holds one of them, never the server.
        .worker_threads(cores() + 2)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .context("cannot start the threads of the server; is a limit on threads (ulimit -u) too low?")?;
    let result = runtime.block_on(work(v8));
    runtime.shutdown_timeout(FAREWELL);
    result
}

/// Allows as many open files as an administrator lets this process have: each connection is one, each open database a
/// few. Where it is not to be had, the default stays.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// How many cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}
