//! Links a Worker's modules inside an isolate.
//!
//! V8's callbacks carry no data, so what they need is in the instance's [`ModuleMap`]. All modules are at hand,
//! hence everything is synchronous, a dynamic `import()` too.

use std::collections::HashMap;
use std::sync::Arc;

use selvedge_ops::v8;

use crate::script::Prepared;
use crate::{InstanceState, JsError, ModuleKind, Script};

mod common_js;
mod lazy;
mod synthetic;

pub(crate) use lazy::LazyModules;

/// A Worker's modules as they are in one isolate.
#[derive(Default)]
pub(crate) struct ModuleMap {
    script: Option<Arc<Script>>,
    /// What `cloudflare:workers` and the like export: an object of objects, by specifier.
    builtins: Option<v8::Global<v8::Object>>,
    modules: HashMap<String, v8::Global<v8::Module>>,
    names: HashMap<v8::Global<v8::Module>, String>,
    /// What synthetic modules export: an object of exports.
    exports: HashMap<v8::Global<v8::Module>, v8::Global<v8::Object>>,
    /// `module` objects of CommonJS modules, by name.
    common_js: HashMap<String, v8::Global<v8::Object>>,
    /// Modules of ours outside of the snapshot; `None` for a Worker that may import none.
    pub(crate) lazy: Option<LazyModules>,
}

pub(crate) fn install(isolate: &mut v8::Isolate) {
    isolate.set_host_initialize_import_meta_object_callback(import_meta);
    isolate.set_host_import_module_dynamically_callback(import_dynamically);
}

/// Compiles, links and evaluates the Worker. Gives the main module's namespace; an empty object for a classic
/// script.
pub(crate) fn link<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    script: &Arc<Script>,
    builtins: Option<v8::Local<'s, v8::Object>>,
) -> Result<v8::Local<'s, v8::Object>, JsError> {
    let state = InstanceState::of(scope).ok_or_else(|| JsError::text("no instance"))?;
    {
        let builtins = builtins.map(|builtins| v8::Global::new(scope, builtins));
        let mut modules = state.modules();
        modules.script = Some(script.clone());
        modules.builtins = builtins;
    }
    let main = script.main();
    let prepared = script.get(main).ok_or_else(|| JsError::text(format!("the main module \"{main}\" is missing")))?;
    v8::tc_scope!(let scope, scope);
    if prepared.module.kind == ModuleKind::ServiceWorker {
        return match run_script(scope, prepared) {
            Some(()) => Ok(v8::Object::new(scope)),
            None => Err(JsError::caught(scope)),
        };
    }
    let Some(module) = get(scope, &state, main) else { return Err(JsError::caught(scope)) };
    step!("compile");
    if module.instantiate_module(scope, resolve).is_none() {
        return Err(JsError::caught(scope));
    }
    step!("link");
    let Some(promise) = module.evaluate(scope) else { return Err(JsError::caught(scope)) };
    scope.perform_microtask_checkpoint();
    if scope.has_terminated() || scope.is_execution_terminating() {
        return Err(JsError::termination());
    }
    if let Ok(promise) = promise.try_cast::<v8::Promise>() {
        match promise.state() {
            v8::PromiseState::Fulfilled => {}
            v8::PromiseState::Rejected => {
                promise.mark_as_handled();
                let reason = promise.result(scope);
                return Err(JsError::from_value(scope, reason));
            }
            // There is no I/O at global scope, so nothing can ever settle it.
            v8::PromiseState::Pending => {
                return Err(JsError::text("Top-level await in module is unsettled."));
            }
        }
    }
    module.get_module_namespace().try_cast::<v8::Object>().map_err(|_| JsError::text("no namespace"))
}

/// Keeps the code of all modules that an instance has compiled, for the next instance. Functions that have
/// run are in it.
pub(crate) fn keep_code(scope: &mut v8::PinScope<'_, '_>, script: &Script) {
    let Some(state) = InstanceState::of(scope) else { return };
    lazy::keep_code(scope, &state);
    let modules: Vec<_> = state.modules().modules.iter().map(|(name, module)| (name.clone(), module.clone())).collect();
    for (name, module) in modules {
        let Some(prepared) = script.get(&name) else { continue };
        if prepared.module.kind != ModuleKind::EsModule || prepared.code_cache().is_some() {
            continue;
        }
        let module = v8::Local::new(scope, module);
        let unbound = module.get_unbound_module_script(scope);
        if let Some(cache) = unbound.create_code_cache() {
            prepared.set_code_cache(Some(Arc::from(&**cache)));
        }
    }
}

pub(crate) fn origin<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: &str,
    is_module: bool,
) -> Option<v8::ScriptOrigin<'s>> {
    let name = v8::String::new(scope, name)?;
    Some(v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, is_module, None))
}

fn run_script(scope: &mut v8::PinScope<'_, '_>, prepared: &Prepared) -> Option<()> {
    let source = prepared.text().string(scope)?;
    let origin = origin(scope, &prepared.module.name, false)?;
    let script = v8::Script::compile(scope, source, Some(&origin))?;
    script.run(scope)?;
    scope.perform_microtask_checkpoint();
    Some(())
}

fn throw(scope: &mut v8::PinScope<'_, '_>, message: &str) {
    if let Some(message) = v8::String::new(scope, message) {
        let exception = v8::Exception::error(scope, message);
        scope.throw_exception(exception);
    }
}

/// The module of this name, compiled with all that it imports before anything is instantiated, so that V8 asks
/// only for what is there.
fn get<'s>(scope: &mut v8::PinScope<'s, '_>, state: &InstanceState, name: &str) -> Option<v8::Local<'s, v8::Module>> {
    let (known, script) = {
        let modules = state.modules();
        (modules.modules.get(name).cloned(), modules.script.clone()?)
    };
    if let Some(module) = known {
        return Some(v8::Local::new(scope, module));
    }
    let module = match script.get(name) {
        Some(prepared) if prepared.module.kind == ModuleKind::EsModule => compile(scope, prepared)?,
        Some(prepared) => synthetic::of_module(scope, state, prepared)?,
        None => synthetic::of_builtin(scope, state, name)?,
    };
    let global = v8::Global::new(scope, module);
    {
        let mut modules = state.modules();
        modules.modules.insert(name.to_owned(), global.clone());
        modules.names.insert(global, name.to_owned());
    }
    if module.is_source_text_module() {
        for specifier in specifiers(scope, module)? {
            import(scope, state, &specifier, name)?;
        }
    }
    Some(module)
}

/// What a compiled module imports, as its source spells it.
pub(crate) fn specifiers(scope: &mut v8::PinScope<'_, '_>, module: v8::Local<'_, v8::Module>) -> Option<Vec<String>> {
    let requests = module.get_module_requests();
    (0..requests.length())
        .map(|index| {
            let request = requests.get(scope, index)?.try_cast::<v8::ModuleRequest>().ok()?;
            Some(request.get_specifier().to_rust_string_lossy(scope))
        })
        .collect()
}

/// The internal name of a module of ours outside of the snapshot, by the specifier that the Worker would import it by.
pub fn builtin_name(scope: &v8::PinScope<'_, '_>, specifier: &str) -> Option<String> {
    lazy::builtin(&*InstanceState::of(scope)?, specifier)
}

/// The exports of a module of ours outside of the snapshot, by its internal name. `None` with an exception pending.
pub fn builtin_namespace<'s>(scope: &mut v8::PinScope<'s, '_>, name: &str) -> Option<v8::Local<'s, v8::Object>> {
    let state = InstanceState::of(scope)?;
    lazy::namespace(scope, &state, name)
}

/// What `require(specifier)` gives in the Worker's module `referrer`. `None` with an exception pending.
pub fn require<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    specifier: &str,
    referrer: &str,
) -> Option<v8::Local<'s, v8::Value>> {
    common_js::required(scope, specifier, referrer)
}

/// The module that `specifier` means in `referrer`; throws when there is none.
fn import<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    specifier: &str,
    referrer: &str,
) -> Option<v8::Local<'s, v8::Module>> {
    let script = state.modules().script.clone()?;
    if let Some(name) = script.resolve(specifier, referrer) {
        return get(scope, state, name);
    }
    if synthetic::is_builtin(scope, state, specifier) {
        return get(scope, state, specifier);
    }
    if let Some(name) = lazy::builtin(state, specifier) {
        return lazy::get(scope, state, &name);
    }
    throw(scope, &format!("No such module \"{specifier}\".\n  imported from \"{referrer}\""));
    None
}

fn compile<'s>(scope: &mut v8::PinScope<'s, '_>, prepared: &Prepared) -> Option<v8::Local<'s, v8::Module>> {
    use v8::script_compiler::{CachedData, CompileOptions, NoCacheReason, Source, compile_module2};
    let source = prepared.text().string(scope)?;
    let origin = origin(scope, &prepared.module.name, true)?;
    let Some(cache) = prepared.code_cache() else {
        let mut source = Source::new(source, Some(&origin));
        return compile_module2(scope, &mut source, CompileOptions::NoCompileOptions, NoCacheReason::NoReason);
    };
    let mut source = Source::new_with_cached_data(source, Some(&origin), CachedData::new(&cache));
    let module = compile_module2(scope, &mut source, CompileOptions::ConsumeCodeCache, NoCacheReason::NoReason);
    if source.get_cached_data().is_some_and(CachedData::rejected) {
        prepared.set_code_cache(None);
    }
    module
}

#[allow(unsafe_code)]
fn resolve<'s>(
    context: v8::Local<'s, v8::Context>,
    specifier: v8::Local<'s, v8::String>,
    _attributes: v8::Local<'s, v8::FixedArray>,
    referrer: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Module>> {
    // SAFETY: `context` is the argument of the very callback that V8 is calling, so it is entered.
    v8::callback_scope!(unsafe scope, context);
    let state = InstanceState::of(scope)?;
    let specifier = specifier.to_rust_string_lossy(scope);
    let referrer = v8::Global::new(scope, referrer);
    if let Some(name) = lazy::name_of(&state, &referrer) {
        return lazy::import(scope, &state, &specifier, &name);
    }
    let referrer = state.modules().names.get(&referrer)?.clone();
    import(scope, &state, &specifier, &referrer)
}

#[allow(unsafe_code)]
unsafe extern "C" fn import_meta(
    context: v8::Local<'_, v8::Context>,
    module: v8::Local<'_, v8::Module>,
    meta: v8::Local<'_, v8::Object>,
) {
    // SAFETY: `context` is the argument of the very callback that V8 is calling, so it is entered.
    v8::callback_scope!(unsafe scope, context);
    let Some(state) = InstanceState::of(scope) else { return };
    let module = v8::Global::new(scope, module);
    let Some(name) = state.modules().names.get(&module).cloned() else { return };
    let (Some(key), Some(url)) = (v8::String::new(scope, "url"), v8::String::new(scope, &format!("file:///{name}")))
    else {
        return;
    };
    meta.create_data_property(scope, key.into(), url.into());
}

/// `import()`. The module is linked and evaluated in a microtask, as the standard has it: nothing else is being
/// evaluated then. V8 ends the process when it is told to evaluate a module while one that it imports is at it.
fn import_dynamically<'s, 'i>(
    scope: &mut v8::PinScope<'s, 'i>,
    _options: v8::Local<'s, v8::Data>,
    referrer: v8::Local<'s, v8::Value>,
    specifier: v8::Local<'s, v8::String>,
    _attributes: v8::Local<'s, v8::FixedArray>,
) -> Option<v8::Local<'s, v8::Promise>> {
    let data = v8::Array::new_with_elements(scope, &[specifier.into(), referrer]);
    let later = v8::Function::builder(import_now).data(data.into()).build(scope)?;
    let resolver = v8::PromiseResolver::new(scope)?;
    let nothing = v8::undefined(scope).into();
    resolver.resolve(scope, nothing)?;
    resolver.get_promise(scope).then(scope, later)
}

fn import_now<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    args: v8::FunctionCallbackArguments<'s>,
    mut rv: v8::ReturnValue<'s>,
) {
    let Ok(data) = args.data().try_cast::<v8::Array>() else { return };
    let text = |index| data.get_index(scope, index).map(|value| value.to_rust_string_lossy(scope));
    let (Some(specifier), Some(referrer)) = (text(0), text(1)) else { return };
    if let Some(namespace) = evaluate_import(scope, &specifier, &referrer) {
        rv.set(namespace.into());
    }
}

/// A promise of the module's namespace, which waits for the module's evaluation.
fn evaluate_import<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    specifier: &str,
    referrer: &str,
) -> Option<v8::Local<'s, v8::Promise>> {
    let state = InstanceState::of(scope)?;
    let module = import(scope, &state, specifier, referrer)?;
    module.instantiate_module(scope, resolve)?;
    let evaluated = module.evaluate(scope)?.try_cast::<v8::Promise>().ok()?;
    let namespace = module.get_module_namespace();
    let then = v8::Function::builder(give_data).data(namespace).build(scope)?;
    evaluated.then(scope, then)
}

fn give_data<'s>(_: &mut v8::PinScope<'s, '_>, args: v8::FunctionCallbackArguments<'s>, mut rv: v8::ReturnValue<'s>) {
    rv.set(args.data());
}
