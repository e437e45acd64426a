//! One module for each command.

pub(crate) mod analytics;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod d1;
pub(crate) mod dev;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod kv;
pub(crate) mod r2;
mod run;
pub(crate) mod secrets_store;
pub(crate) mod serve;

pub(crate) use run::run;
