//! What is made when it is first needed: global properties, and the modules behind them.

use selvedge_ops::{OpDecl, OpError, define_deferred, op, v8};

/// The ops.
pub(crate) const OPS: &[OpDecl] = &[op_define_deferred, op_load_group];

/// Defines properties of `object` whose values are those of the same names in the object that `load` gives, which is called
/// when the first of them is read.
#[op]
fn op_define_deferred<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    names: Vec<v8::Local<'s, v8::Value>>,
    load: v8::Local<'s, v8::Function>,
    is_enumerable: bool,
) -> Result<(), OpError> {
    for name in names {
        let name = name.try_cast().map_err(|_| OpError::type_error("expected a name"))?;
        define_deferred(scope, object, name, load, is_enumerable)?;
    }
    Ok(())
}

/// The value of the script of a group of deferred modules.
#[op]
fn op_load_group<'s>(scope: &mut v8::PinScope<'s, '_>, place: u32) -> Result<v8::Local<'s, v8::Value>, OpError> {
    selvedge_runtime::load_group(scope, place)
}
