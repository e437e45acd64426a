//! Modules loaded when JavaScript asks: for globals that load on first touch, `require`, `process.getBuiltinModule`.

use selvedge_ops::{OpDecl, OpError, op, v8};
use selvedge_runtime::builtin_namespace;

/// The exports of a built-in module, by any of its names; `undefined` where the Worker has no such module.
#[op]
fn op_node_load<'s>(scope: &mut v8::PinScope<'s, '_>, specifier: String) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let name = selvedge_runtime::builtin_name(scope, &specifier);
    let Some(name) = name else { return Ok(v8::undefined(scope).into()) };
    match builtin_namespace(scope, &name) {
        Some(namespace) => Ok(namespace.into()),
        None => Err(OpError::pending()),
    }
}

/// The exports of a module of ours, by its internal name.
#[op]
fn op_node_internal<'s>(scope: &mut v8::PinScope<'s, '_>, name: String) -> Result<v8::Local<'s, v8::Object>, OpError> {
    builtin_namespace(scope, &name).ok_or_else(OpError::pending)
}

/// What `require(specifier)` gives in the module of this name.
#[op]
fn op_node_require<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    specifier: String,
    referrer: String,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    selvedge_runtime::require(scope, &specifier, &referrer).ok_or_else(OpError::pending)
}

/// The names of the modules, without `node:`.
#[op]
fn op_node_names() -> Vec<String> {
    crate::compat::names().map(ToOwned::to_owned).collect()
}

pub(crate) const OPS: &[OpDecl] = &[op_node_internal, op_node_load, op_node_names, op_node_require];
