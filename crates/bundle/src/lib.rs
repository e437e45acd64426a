//! From a Worker's entry point to the modules that V8 links.
//!
//! A Workers project is TypeScript, npm packages, and files that are not code. The engine wants ES
//! modules by name. Between the two stands [rolldown](https://rolldown.rs), given the rules that
//! wrangler gives esbuild: the same export conditions, the same fields of `package.json`, the same
//! module rules, the same names for what the runtime provides. Only what differs is ours: which
//! imports stay in the output (`plugin`), how an error reads (`report`), and how a build is kept
//! from taking the process with it (`engine`).
//!
//! **One file.** Dynamic imports are folded into the main module, as wrangler does, and stay lazy:
//! the module behind `import()` is evaluated at the first call. Text, data and WebAssembly stay
//! modules of their own, imported by relative names that carry the hash of the contents.
//!
//! **Incremental.** A [`Bundler`] keeps rolldown's module graph between builds and scans only what
//! changed; what it cannot know to be safe (a failed build, a changed `package.json`, a deleted
//! file) it builds from nothing. See `bundler` for what that costs.
//!
//! **A service worker is a module too.** An entry without a default export is built all the same
//! and only named [`WorkerFormat::ServiceWorker`]: `addEventListener` needs no other build.

mod additional;
mod bundler;
mod decorators;
mod diagnostic;
mod engine;
mod entry;
mod frame;
mod options;
mod output;
mod plan;
mod plugin;
mod report;
mod rules;
mod watch;

pub use bundler::{Bundler, bundle};
pub use diagnostic::{BundleError, Diagnostic, Location, Severity};
pub use options::{BundleOptions, ModuleRule, NodejsModules, RuleKind};
pub use output::{Bundle, InputSize, Module, ModuleKind, WatchList, WorkerFormat};
pub use watch::{WatchError, Watcher};
