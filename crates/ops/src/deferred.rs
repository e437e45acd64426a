//! Properties whose values are made when they are first read.
//!
//! To script they are data properties all along: V8 calls back for the value and then puts it in the property's place,
//! also where a property's descriptor is asked for. An accessor in JavaScript would be seen as one.
//!
//! What makes the value is kept by name in an object of its own, which the first one holds under a private symbol. As the
//! callback's data, which V8 has a place for, it could be in no startup snapshot: V8 puts these among what contexts share.

use v8::MapFnTo;

use crate::OpError;

/// Defines a configurable, writable property of `object` whose value is that of the same name in the object that `load`
/// gives. What `load` throws is thrown where the property is read, and the next read tries again.
///
/// # Errors
/// When the object takes no such property.
pub fn define_deferred<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    name: v8::Local<'s, v8::Name>,
    load: v8::Local<'s, v8::Function>,
    is_enumerable: bool,
) -> Result<(), OpError> {
    define(scope, object, name, load, is_enumerable)
        .ok_or_else(|| OpError::type_error("the property cannot be defined"))
}

fn define<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    name: v8::Local<'s, v8::Name>,
    load: v8::Local<'s, v8::Function>,
    is_enumerable: bool,
) -> Option<()> {
    let key = key(scope)?;
    let known = object.get_private(scope, key)?;
    let loads = match known.try_cast::<v8::Object>() {
        Ok(loads) => loads,
        Err(_) => {
            let nothing = v8::null(scope).into();
            let loads = v8::Object::with_prototype_and_properties(scope, nothing, &[], &[]);
            object.set_private(scope, key, loads.into())?;
            loads
        }
    };
    loads.create_data_property(scope, name, load.into())?;
    let attributes = if is_enumerable { v8::PropertyAttribute::NONE } else { v8::PropertyAttribute::DONT_ENUM };
    let (is_defined, _) = with_getter(Some((scope, object, name, attributes)));
    is_defined.then_some(())
}

/// A property to be: of what, its name, its attributes.
type Target<'a, 's, 'i> =
    (&'a mut v8::PinScope<'s, 'i>, v8::Local<'s, v8::Object>, v8::Local<'s, v8::Name>, v8::PropertyAttribute);

/// Defines a property that calls [`get`], if there is one to define, and tells the address that V8 knows that by.
///
/// Both in one function that is never inlined: the address is of a function that the compiler makes where it is needed, and
/// it may make several, which a snapshot would not know from each other.
#[inline(never)]
fn with_getter(target: Option<Target<'_, '_, '_>>) -> (bool, v8::AccessorNameGetterCallback) {
    let is_defined = target.and_then(|(scope, object, name, attributes)| {
        let effect = || v8::SideEffectType::HasSideEffect;
        let data = v8::undefined(scope).into();
        object.set_lazy_data_property_with_data(scope, name, get, data, attributes, effect(), effect())
    });
    (is_defined == Some(true), get.map_fn_to())
}

/// Under what an object holds what makes its deferred properties.
fn key<'s>(scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Private>> {
    let name = v8::String::new(scope, "deferred")?;
    Some(v8::Private::for_api(scope, Some(name)))
}

/// The address that a startup snapshot holds for such properties.
pub fn deferred_reference() -> v8::ExternalReference {
    let (_, getter) = with_getter(None);
    v8::ExternalReference { pointer: getter as *mut std::ffi::c_void }
}

fn get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: v8::Local<'s, v8::Name>,
    arguments: v8::PropertyCallbackArguments<'s>,
    mut result: v8::ReturnValue<'_, v8::Value>,
) {
    // Nothing where an exception is under way.
    if let Some(value) = value(scope, arguments.holder(), name) {
        result.set(value);
    }
}

fn value<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    holder: v8::Local<'s, v8::Object>,
    name: v8::Local<'s, v8::Name>,
) -> Option<v8::Local<'s, v8::Value>> {
    let key = key(scope)?;
    let loads = holder.get_private(scope, key)?.try_cast::<v8::Object>().ok()?;
    let load = loads.get(scope, name.into())?.try_cast::<v8::Function>().ok()?;
    let receiver = v8::undefined(scope).into();
    load.call(scope, receiver, &[])?.to_object(scope)?.get(scope, name.into())
}
