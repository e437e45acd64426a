//! Modules that are not ECMAScript: text, bytes, JSON, WebAssembly, CommonJS, and the platform's own.

use selvedge_ops::v8;

use super::{common_js, throw};
use crate::script::Prepared;
use crate::wasm::with_memories_exported;
use crate::{InstanceState, ModuleKind};

/// Whether the platform provides a module of this specifier.
pub(super) fn is_builtin(scope: &mut v8::PinScope<'_, '_>, state: &InstanceState, specifier: &str) -> bool {
    builtin(scope, state, specifier).is_some()
}

pub(super) fn builtin<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    specifier: &str,
) -> Option<v8::Local<'s, v8::Object>> {
    let builtins = state.modules().builtins.clone()?;
    let builtins = v8::Local::new(scope, builtins);
    let key = v8::String::new(scope, specifier)?;
    if !builtins.has_own_property(scope, key.into())? {
        return None;
    }
    builtins.get(scope, key.into())?.try_cast::<v8::Object>().ok()
}

pub(super) fn of_builtin<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    specifier: &str,
) -> Option<v8::Local<'s, v8::Module>> {
    let exports = builtin(scope, state, specifier)?;
    make(scope, state, specifier, exports)
}

pub(super) fn of_module<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    prepared: &Prepared,
) -> Option<v8::Local<'s, v8::Module>> {
    let exports = v8::Object::new(scope);
    let value = if prepared.module.kind == ModuleKind::CommonJs {
        // It runs when it is evaluated, in its place among the others.
        v8::undefined(scope).into()
    } else {
        value(scope, prepared)?
    };
    let key = v8::String::new(scope, "default")?;
    exports.create_data_property(scope, key.into(), value)?;
    make(scope, state, &prepared.module.name, exports)
}

/// The value of a module that has no code.
pub(super) fn value<'s>(scope: &mut v8::PinScope<'s, '_>, prepared: &Prepared) -> Option<v8::Local<'s, v8::Value>> {
    match prepared.module.kind {
        ModuleKind::Text => prepared.text().string(scope).map(Into::into),
        ModuleKind::Json => {
            let text = prepared.text().string(scope)?;
            v8::json::parse(scope, text)
        }
        ModuleKind::Data => {
            let bytes = prepared.module.source.to_vec();
            let store = v8::ArrayBuffer::new_backing_store_from_vec(bytes).make_shared();
            Some(v8::ArrayBuffer::with_backing_store(scope, &store).into())
        }
        ModuleKind::Wasm => wasm(scope, prepared).map(Into::into),
        ModuleKind::EsModule | ModuleKind::CommonJs | ModuleKind::ServiceWorker => {
            throw(scope, &format!("\"{}\" cannot be imported here", prepared.module.name));
            None
        }
    }
}

fn wasm<'s>(scope: &mut v8::PinScope<'s, '_>, prepared: &Prepared) -> Option<v8::Local<'s, v8::WasmModuleObject>> {
    prepared.with_wasm(|compiled| {
        if let Some(compiled) = compiled {
            return v8::WasmModuleObject::from_compiled_module(scope, compiled);
        }
        let module = v8::WasmModuleObject::compile(scope, &with_memories_exported(&prepared.module.source))?;
        *compiled = Some(module.get_compiled_module());
        Some(module)
    })
}

fn make<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    name: &str,
    exports: v8::Local<'s, v8::Object>,
) -> Option<v8::Local<'s, v8::Module>> {
    let keys = exports.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    let names = (0..keys.length())
        .map(|index| keys.get_index(scope, index)?.try_cast::<v8::String>().ok())
        .collect::<Option<Vec<_>>>()?;
    let name = v8::String::new(scope, name)?;
    let module = v8::Module::create_synthetic_module(scope, name, &names, evaluate);
    let (key, exports) = (v8::Global::new(scope, module), v8::Global::new(scope, exports));
    state.modules().exports.insert(key, exports);
    Some(module)
}

#[allow(unsafe_code)]
fn evaluate<'s>(
    context: v8::Local<'s, v8::Context>,
    module: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Value>> {
    // SAFETY: `context` is the argument of the very callback that V8 is calling, so it is entered.
    v8::callback_scope!(unsafe scope, context);
    let state = InstanceState::of(scope)?;
    let key = v8::Global::new(scope, module);
    let (exports, name, script) = {
        let modules = state.modules();
        (modules.exports.get(&key)?.clone(), modules.names.get(&key)?.clone(), modules.script.clone()?)
    };
    if let Some(prepared) = script.get(&name)
        && prepared.module.kind == ModuleKind::CommonJs
    {
        let value = common_js::exports(scope, &state, prepared)?;
        let key = v8::String::new(scope, "default")?;
        module.set_synthetic_module_export(scope, key, value)?;
    } else {
        let exports = v8::Local::new(scope, exports);
        export_all(scope, module, exports)?;
    }
    settled(scope)
}

/// Gives a synthetic module the properties of an object as exports.
pub(super) fn export_all(
    scope: &mut v8::PinScope<'_, '_>,
    module: v8::Local<'_, v8::Module>,
    exports: v8::Local<'_, v8::Object>,
) -> Option<()> {
    let keys = exports.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    for index in 0..keys.length() {
        let key = keys.get_index(scope, index)?;
        let value = exports.get(scope, key)?;
        module.set_synthetic_module_export(scope, key.try_cast::<v8::String>().ok()?, value)?;
    }
    Some(())
}

/// What the evaluation of a synthetic module gives.
pub(super) fn settled<'s>(scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Value>> {
    // An evaluated module answers with a promise, as one with top-level await would.
    let resolver = v8::PromiseResolver::new(scope)?;
    let nothing = v8::undefined(scope).into();
    resolver.resolve(scope, nothing)?;
    Some(resolver.get_promise(scope).into())
}
