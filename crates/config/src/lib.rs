//! `wrangler.toml`, `wrangler.json` and `wrangler.jsonc` to one validated [`Manifest`].
//!
//! A file goes through three steps. A parser turns its text into a tree of values that know where they stand;
//! TOML and JSON meet there and differ no more. One typed reader walks that tree into plain data and collects
//! everything it has to say on the way, so that a person sees all the mistakes of a file at once, each with a line,
//! a column and an example. Last, the chosen environment is laid over the top level by wrangler's rules of
//! inheritance, and what only the whole can tell (two bindings of one name, no entry point) is checked.
//!
//! Why not serde: a serde deserializer stops at the first error, loses the place of a value once it has been read,
//! and cannot say "unknown key, did you mean" about a key that it skipped.
//!
//! The set of keys, their types and their rules of inheritance are those of wrangler 4
//! (<https://developers.cloudflare.com/workers/wrangler/configuration/>).
//!
//! Nothing here reads the process environment, the clock or the network; the file system only in [`load`], [`find`]
//! and [`load_local_vars`].

#[macro_use]
mod record;

mod assemble;
mod assets;
mod bindings;
mod containers;
mod cron;
mod date;
mod diagnostic;
mod environment;
mod examples;
mod inherit;
mod load;
mod local_vars;
mod manifest;
mod node_compat;
mod parse;
mod reader;
mod routes;
mod scalars;
mod sections;
mod source;
mod suggest;
mod triggers;
mod uniqueness;
mod value;
mod whole;

pub use assets::{Assets, HtmlHandling, NotFoundHandling, RunWorkerFirst};
pub use bindings::*;
pub use containers::{
    Cloudchamber, Container, ContainerConstraints, ContainerSsh, InstancePreset, InstanceSize, InstanceType, PublicKey,
    RolloutKind, SchedulingPolicy,
};
pub use cron::{Cron, CronError};
pub use date::CivilDate;
pub use diagnostic::{Diagnostic, Related, Severity, Style};
pub use load::{ConfigError, LoadOptions, Loaded, find, load, parse};
pub use local_vars::{LocalSecrets, LocalVar, LocalVars, LocalVarsError, SyntaxError, load_local_vars};
pub use manifest::Manifest;
pub use node_compat::NodejsCompat;
pub use routes::{Route, RoutePattern, RoutePatternError, Zone};
pub use sections::*;
pub use source::{Location, Span};
pub use triggers::Triggers;
