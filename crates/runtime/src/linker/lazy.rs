//! Modules of ours that are outside of the startup snapshot, in one isolate (see [`crate::lazy`]).

use std::collections::HashMap;
use std::sync::Arc;

use selvedge_ops::v8;

use super::{resolve, throw};
use crate::InstanceState;
use crate::internal::{OPS, resolve_specifier};
use crate::lazy::{Builtins, LazySources, ops_object};

/// What one isolate has of them. The names of modules are those that the sources have among each other; no guest
/// can say them.
pub(crate) struct LazyModules {
    sources: Arc<LazySources>,
    /// The function that gives the exports of modules in the snapshot, by specifier.
    snapshot: v8::Global<v8::Object>,
    builtins: Arc<Builtins>,
    modules: HashMap<String, v8::Global<v8::Module>>,
    names: HashMap<v8::Global<v8::Module>, String>,
    /// What synthetic modules export.
    exports: HashMap<v8::Global<v8::Module>, v8::Global<v8::Object>>,
}

impl LazyModules {
    pub(crate) fn new(sources: Arc<LazySources>, snapshot: v8::Global<v8::Object>, builtins: Arc<Builtins>) -> Self {
        Self { sources, snapshot, builtins, modules: HashMap::new(), names: HashMap::new(), exports: HashMap::new() }
    }
}

/// The module's name if it is one of these.
pub(super) fn name_of(state: &InstanceState, module: &v8::Global<v8::Module>) -> Option<String> {
    state.modules().lazy.as_ref()?.names.get(module).cloned()
}

/// The internal name of what a Worker imports by `specifier`.
pub(super) fn builtin(state: &InstanceState, specifier: &str) -> Option<String> {
    state.modules().lazy.as_ref()?.builtins.get(specifier).cloned()
}

/// The module that `specifier` means in the module `referrer`.
pub(super) fn import<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    specifier: &str,
    referrer: &str,
) -> Option<v8::Local<'s, v8::Module>> {
    get(scope, state, &internal_name(specifier, referrer))
}

/// Each module has ops of its own.
fn internal_name(specifier: &str, referrer: &str) -> String {
    if specifier == OPS { format!("{OPS}#{referrer}") } else { resolve_specifier(specifier, referrer) }
}

/// The module of this internal name, compiled with all that it imports.
pub(super) fn get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    name: &str,
) -> Option<v8::Local<'s, v8::Module>> {
    let (known, sources) = {
        let modules = state.modules();
        let lazy = modules.lazy.as_ref()?;
        (lazy.modules.get(name).cloned(), lazy.sources.clone())
    };
    if let Some(module) = known {
        return Some(v8::Local::new(scope, module));
    }
    if let Some(source) = sources.get(name) {
        let module = source.compile(scope, name)?;
        remember(scope, state, name, module, None)?;
        for specifier in super::specifiers(scope, module)? {
            import(scope, state, &specifier, name)?;
        }
        return Some(module);
    }
    let exports = match name.strip_prefix(OPS).and_then(|rest| rest.strip_prefix('#')) {
        Some(importer) => ops_object(scope, &sources.get(importer)?.ops)?,
        None => in_snapshot(scope, state, name)?,
    };
    let module = synthetic(scope, name, exports)?;
    remember(scope, state, name, module, Some(exports))?;
    Some(module)
}

fn remember(
    scope: &mut v8::PinScope<'_, '_>,
    state: &InstanceState,
    name: &str,
    module: v8::Local<'_, v8::Module>,
    exports: Option<v8::Local<'_, v8::Object>>,
) -> Option<()> {
    let module = v8::Global::new(scope, module);
    let exports = exports.map(|exports| v8::Global::new(scope, exports));
    let mut modules = state.modules();
    let lazy = modules.lazy.as_mut()?;
    lazy.modules.insert(name.to_owned(), module.clone());
    if let Some(exports) = exports {
        lazy.exports.insert(module.clone(), exports);
    }
    lazy.names.insert(module, name.to_owned());
    Some(())
}

fn in_snapshot<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    name: &str,
) -> Option<v8::Local<'s, v8::Object>> {
    let snapshot = state.modules().lazy.as_ref()?.snapshot.clone();
    let share = v8::Local::new(scope, snapshot).try_cast::<v8::Function>().ok()?;
    let this = v8::undefined(scope).into();
    let snapshot = share.call(scope, this, &[])?.try_cast::<v8::Object>().ok()?;
    let key = v8::String::new(scope, name)?;
    let exports = snapshot.get(scope, key.into())?;
    let Ok(exports) = exports.try_cast::<v8::Object>() else {
        throw(scope, &format!("no internal module {name}"));
        return None;
    };
    Some(exports)
}

fn synthetic<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: &str,
    exports: v8::Local<'s, v8::Object>,
) -> Option<v8::Local<'s, v8::Module>> {
    let keys = exports.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    let names = (0..keys.length())
        .map(|index| keys.get_index(scope, index)?.try_cast::<v8::String>().ok())
        .collect::<Option<Vec<_>>>()?;
    let name = v8::String::new(scope, name)?;
    Some(v8::Module::create_synthetic_module(scope, name, &names, evaluate))
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
    let exports = state.modules().lazy.as_ref()?.exports.get(&key)?.clone();
    let exports = v8::Local::new(scope, exports);
    super::synthetic::export_all(scope, module, exports)?;
    super::synthetic::settled(scope)
}

/// The namespace of the module of this internal name, evaluated. In a cycle it is as far as it has come.
pub(crate) fn namespace<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    name: &str,
) -> Option<v8::Local<'s, v8::Object>> {
    let module = get(scope, state, name)?;
    if matches!(module.get_status(), v8::ModuleStatus::Uninstantiated) {
        module.instantiate_module(scope, resolve)?;
    }
    if matches!(module.get_status(), v8::ModuleStatus::Instantiated) {
        if is_evaluating(scope, state) {
            throw(scope, &format!("{name} is asked for while another module is being loaded"));
            return None;
        }
        let promise = module.evaluate(scope)?;
        if let Ok(promise) = promise.try_cast::<v8::Promise>()
            && promise.state() == v8::PromiseState::Rejected
        {
            promise.mark_as_handled();
        }
    }
    if module.get_status() == v8::ModuleStatus::Errored {
        let exception = module.get_exception();
        scope.throw_exception(exception);
        return None;
    }
    module.get_module_namespace().try_cast::<v8::Object>().ok()
}

/// Whether one of them is being evaluated: a guest's function that it called has come back to us. V8 ends the process
/// when it is then told to evaluate one that imports it.
fn is_evaluating(scope: &mut v8::PinScope<'_, '_>, state: &InstanceState) -> bool {
    let modules: Vec<_> = match state.modules().lazy.as_ref() {
        Some(lazy) => lazy.modules.values().cloned().collect(),
        None => return false,
    };
    modules.into_iter().any(|module| v8::Local::new(scope, module).get_status() == v8::ModuleStatus::Evaluating)
}

/// Keeps the code of all that the isolate has compiled, for the next one.
pub(super) fn keep_code(scope: &mut v8::PinScope<'_, '_>, state: &InstanceState) {
    let (sources, compiled) = {
        let modules = state.modules();
        let Some(lazy) = modules.lazy.as_ref() else { return };
        let compiled: Vec<_> = lazy.modules.iter().map(|(name, module)| (name.clone(), module.clone())).collect();
        (lazy.sources.clone(), compiled)
    };
    for (name, module) in compiled {
        let Some(source) = sources.get(&name) else { continue };
        let module = v8::Local::new(scope, module);
        source.keep(scope, module);
    }
}
