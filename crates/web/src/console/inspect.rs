//! What only the engine knows of a value: its kind in spite of a forged prototype, a proxy's target, a
//! promise's state, what an iterator would give. None of this runs guest code.

use selvedge_ops::{OpError, op, v8};

type Check = fn(&v8::Value) -> bool;

/// The kind of an object, as numbered in `js/console/inspect/kinds.js`.
#[op]
pub(crate) fn op_inspect_kind(value: v8::Local<'_, v8::Value>) -> u32 {
    let kinds: [(u32, Check); 27] = [
        (1, v8::Value::is_proxy),
        (2, v8::Value::is_array),
        (10, |value| value.is_async_function() && value.is_generator_function()),
        (9, v8::Value::is_async_function),
        (8, v8::Value::is_generator_function),
        (7, v8::Value::is_function),
        (3, v8::Value::is_set),
        (4, v8::Value::is_map),
        (11, v8::Value::is_typed_array),
        (5, v8::Value::is_map_iterator),
        (6, v8::Value::is_set_iterator),
        (12, v8::Value::is_arguments_object),
        (13, v8::Value::is_reg_exp),
        (14, v8::Value::is_date),
        (15, v8::Value::is_native_error),
        (16, v8::Value::is_array_buffer),
        (17, v8::Value::is_shared_array_buffer),
        (18, v8::Value::is_data_view),
        (19, v8::Value::is_promise),
        (20, v8::Value::is_weak_set),
        (21, v8::Value::is_weak_map),
        (22, v8::Value::is_module_namespace_object),
        (23, v8::Value::is_number_object),
        (24, v8::Value::is_string_object),
        (25, v8::Value::is_boolean_object),
        (26, v8::Value::is_big_int_object),
        (27, v8::Value::is_symbol_object),
    ];
    kinds.iter().find(|(_, is)| is(&value)).map_or(0, |(number, _)| *number)
}

/// A proxy's target and handler, null for a revoked one.
#[op]
pub(crate) fn op_inspect_proxy<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
) -> Result<Option<Pair<'s>>, OpError> {
    let proxy = value.try_cast::<v8::Proxy>().map_err(|_| OpError::type_error("not a proxy"))?;
    if proxy.is_revoked() {
        return Ok(None);
    }
    Ok(Some((proxy.get_target(scope), proxy.get_handler(scope))))
}

type Pair<'s> = (v8::Local<'s, v8::Value>, v8::Local<'s, v8::Value>);

/// A promise's state (0 pending, 1 fulfilled, 2 rejected) and result.
#[op]
pub(crate) fn op_inspect_promise<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    promise: v8::Local<'s, v8::Promise>,
) -> (u32, v8::Local<'s, v8::Value>) {
    match promise.state() {
        v8::PromiseState::Pending => (0, v8::undefined(scope).into()),
        v8::PromiseState::Fulfilled => (1, promise.result(scope)),
        v8::PromiseState::Rejected => (2, promise.result(scope)),
    }
}

/// The entries of a map, set, weak collection or iterator in a flat array, and whether they are pairs.
#[op]
pub(crate) fn op_inspect_entries<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
) -> (v8::Local<'s, v8::Array>, bool) {
    let (entries, pairs) = object.preview_entries(scope);
    (entries.unwrap_or_else(|| v8::Array::new(scope, 0)), pairs)
}

/// The own keys of an array or typed array that are no indices: no list of a million indices is made.
#[op]
pub(crate) fn op_inspect_keys<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    only_enumerable: bool,
) -> Result<v8::Local<'s, v8::Array>, OpError> {
    let filter = if only_enumerable { v8::PropertyFilter::ONLY_ENUMERABLE } else { v8::PropertyFilter::ALL_PROPERTIES };
    let arguments = v8::GetPropertyNamesArgs {
        mode: v8::KeyCollectionMode::OwnOnly,
        property_filter: filter,
        index_filter: v8::IndexFilter::SkipIndices,
        key_conversion: v8::KeyConversionMode::ConvertToString,
    };
    object.get_property_names(scope, arguments).ok_or_else(OpError::pending)
}

/// The name of the constructor that made the object, whatever its prototype says now.
#[op]
pub(crate) fn op_inspect_constructor_name<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
) -> String {
    object.get_constructor_name().to_rust_string_lossy(scope)
}
