//! `node:fs` (<https://developers.cloudflare.com/workers/runtime-apis/nodejs/fs/>).
//!
//! The files are JavaScript's own (`js/internal/fs`): arrays of bytes in the heap of the isolate, which count against
//! its memory like all others. From here come the Worker's modules, and which invocation's `/tmp` it is.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::{InstanceState, Script};

/// Whether an invocation is still under way: what is in its `/tmp` goes with it.
#[op]
fn op_node_fs_is_alive(#[context] instance: Arc<InstanceState>, id: u32) -> bool {
    instance.has_invocation(id)
}

/// The names of the Worker's modules.
#[op]
fn op_node_fs_modules(#[context] instance: Arc<InstanceState>) -> Vec<String> {
    let script = instance.extension::<Script>();
    script.map_or_else(Vec::new, |script| script.modules().map(|module| module.name.clone()).collect())
}

/// The bytes of a module.
#[op]
fn op_node_fs_module(#[context] instance: Arc<InstanceState>, name: String) -> Result<Bytes, OpError> {
    let script = instance.extension::<Script>();
    let found = script.as_ref().and_then(|script| script.modules().find(|module| module.name == name));
    found.map(|module| module.source.clone()).ok_or_else(|| OpError::error("no such module"))
}

/// The ops of this module.
pub(crate) const OPS: &[OpDecl] = &[op_node_fs_is_alive, op_node_fs_modules, op_node_fs_module];
