//! Our own JavaScript: the modules of the extensions, loaded once into the startup snapshot.

use std::collections::HashMap;

use selvedge_ops::{OpDecl, v8};

use crate::script::relative;
use crate::{JsError, lazy, linker};

/// A crate's share of the platform: its ops and its JavaScript.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Names the extension's modules: `selvedge:NAME/PATH`.
    pub name: &'static str,
    /// The native functions, imported from `selvedge:ops`.
    pub ops: Vec<OpDecl>,
    /// The JavaScript files.
    pub modules: &'static [InternalModule],
    /// Whether it stays out of the startup snapshot: its modules are loaded when a Worker first imports them, if it
    /// may (see [`crate::Builtins`]).
    pub lazy: bool,
}

/// One JavaScript file of ours. ASCII only: its text stays outside of the heap, shared by all isolates.
#[derive(Clone, Copy, Debug)]
pub struct InternalModule {
    /// The path within the extension, e.g. `url/url.js`.
    pub path: &'static str,
    /// The text.
    pub source: &'static str,
}

pub(crate) const OPS: &str = "selvedge:ops";

/// The module graph while it is being loaded: in an isolate slot, as V8's callbacks carry no data.
pub(crate) struct Loader {
    sources: HashMap<String, &'static v8::OneByteConst>,
    ops: String,
    loaded: HashMap<String, v8::Global<v8::Module>>,
    names: HashMap<v8::Global<v8::Module>, String>,
}

/// Our sources as strings outside of the heap. They are leaked: one set in a process, used by every isolate
/// until the end.
pub(crate) fn external_sources(
    extensions: &[Extension],
) -> Result<HashMap<String, &'static v8::OneByteConst>, JsError> {
    let mut sources = HashMap::new();
    for extension in in_snapshot(extensions) {
        for module in extension.modules {
            let specifier = format!("selvedge:{}/{}", extension.name, module.path);
            check_ascii(&specifier, module.source)?;
            let text = v8::String::create_external_onebyte_const(module.source.as_bytes());
            sources.insert(specifier, &*Box::leak(Box::new(text)));
        }
    }
    Ok(sources)
}

/// The extensions that the snapshot is made of.
pub(crate) fn in_snapshot(extensions: &[Extension]) -> impl Iterator<Item = &Extension> {
    extensions.iter().filter(|extension| !extension.lazy)
}

pub(crate) fn check_ascii(specifier: &str, source: &str) -> Result<(), JsError> {
    match source.lines().position(|line| !line.is_ascii()) {
        Some(line) => Err(JsError::text(format!("{specifier}:{}: is not ASCII", line + 1))),
        None => Ok(()),
    }
}

/// Loads the graph of `entry` and gives the entry's exports, and those of each module that lazy ones import, by
/// specifier.
pub(crate) fn load<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    extensions: &[Extension],
    sources: HashMap<String, &'static v8::OneByteConst>,
    entry: &str,
) -> Result<[v8::Local<'s, v8::Object>; 2], JsError> {
    let native = v8::Object::new(scope);
    let mut ops = String::from("const ops = globalThis.__ops;\n");
    for op in in_snapshot(extensions).flat_map(|extension| &extension.ops) {
        let function = op.function(scope).ok_or_else(|| JsError::text(format!("cannot make {}", op.name)))?;
        let key = string(scope, op.name)?;
        native.set(scope, key.into(), function.into());
        ops.push_str(&format!("export const {0} = ops.{0};\n", op.name));
    }
    let global = scope.get_current_context().global(scope);
    let key = string(scope, "__ops")?;
    global.set(scope, key.into(), native.into());
    scope.set_slot(Loader { sources, ops, loaded: HashMap::new(), names: HashMap::new() });

    let result = evaluate(scope, entry).and_then(|exports| {
        let shared = v8::Object::new(scope);
        for specifier in lazy::wanted(extensions) {
            let key = string(scope, &specifier)?;
            let exports = evaluate(scope, &specifier)?;
            shared.create_data_property(scope, key.into(), exports.into());
        }
        Ok([exports, shared])
    });
    global.delete(scope, key.into());
    scope.remove_slot::<Loader>();
    result
}

fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::String>, JsError> {
    v8::String::new(scope, text).ok_or_else(|| JsError::text("a string is too long"))
}

fn evaluate<'s>(scope: &mut v8::PinScope<'s, '_>, entry: &str) -> Result<v8::Local<'s, v8::Object>, JsError> {
    v8::tc_scope!(let scope, scope);
    let Some(module) = get(scope, entry) else { return Err(JsError::caught(scope)) };
    // One that the entry imports is ready.
    if module.get_status() == v8::ModuleStatus::Uninstantiated && module.instantiate_module(scope, resolve).is_none() {
        return Err(JsError::caught(scope));
    }
    let Some(promise) = module.evaluate(scope) else { return Err(JsError::caught(scope)) };
    scope.perform_microtask_checkpoint();
    if let Ok(promise) = promise.try_cast::<v8::Promise>()
        && promise.state() != v8::PromiseState::Fulfilled
    {
        let reason = promise.result(scope);
        return Err(JsError::from_value(scope, reason));
    }
    // A plain object rather than the namespace itself, which a snapshot need not know how to keep.
    let exports = v8::Object::new(scope);
    let namespace = module.get_module_namespace();
    let namespace = namespace.try_cast::<v8::Object>().map_err(|_| JsError::text("no namespace"))?;
    let names = namespace.get_own_property_names(scope, v8::GetPropertyNamesArgs::default());
    let names = names.ok_or_else(|| JsError::text("no names"))?;
    for index in 0..names.length() {
        let Some(name) = names.get_index(scope, index) else { continue };
        let Some(value) = namespace.get(scope, name) else { return Err(JsError::caught(scope)) };
        exports.set(scope, name, value);
    }
    Ok(exports)
}

/// Compiles a module and, before it is instantiated, all that it imports.
fn get<'s>(scope: &mut v8::PinScope<'s, '_>, specifier: &str) -> Option<v8::Local<'s, v8::Module>> {
    use v8::script_compiler::{CompileOptions, NoCacheReason, compile_module2};
    let loader = scope.get_slot::<Loader>()?;
    if let Some(module) = loader.loaded.get(specifier).cloned() {
        return Some(v8::Local::new(scope, module));
    }
    let source = if specifier == OPS {
        let text = loader.ops.clone();
        v8::String::new(scope, &text)?
    } else if let Some(text) = loader.sources.get(specifier).copied() {
        v8::String::new_from_onebyte_const(scope, text)?
    } else {
        let message = v8::String::new(scope, &format!("no internal module {specifier}"))?;
        let exception = v8::Exception::error(scope, message);
        scope.throw_exception(exception);
        return None;
    };
    let name = v8::String::new(scope, specifier)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, true, None);
    let mut source = v8::script_compiler::Source::new(source, Some(&origin));
    // A file that begins with `//# allFunctionsCalledOnLoad` is compiled whole, so that an isolate from the snapshot need
    // not compile what every Worker's start and first event call.
    let (options, reason) = (CompileOptions::FollowCompileHintsMagicComment, NoCacheReason::NoReason);
    let module = compile_module2(scope, &mut source, options, reason)?;
    let global = v8::Global::new(scope, module);
    let loader = scope.get_slot_mut::<Loader>()?;
    loader.loaded.insert(specifier.to_owned(), global.clone());
    loader.names.insert(global, specifier.to_owned());

    for imported in linker::specifiers(scope, module)? {
        get(scope, &resolve_specifier(&imported, specifier))?;
    }
    Some(module)
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
    let specifier = specifier.to_rust_string_lossy(scope);
    let referrer = v8::Global::new(scope, referrer);
    let referrer = scope.get_slot::<Loader>()?.names.get(&referrer)?.clone();
    get(scope, &resolve_specifier(&specifier, &referrer))
}

/// `specifier` as imported by the module named `referrer`.
pub(crate) fn resolve_specifier(specifier: &str, referrer: &str) -> String {
    relative(specifier, referrer).unwrap_or_else(|| specifier.to_owned())
}

#[cfg(test)]
mod tests {
    use super::resolve_specifier;

    #[test]
    fn relative_specifiers_are_resolved_against_the_referrer() {
        assert_eq!(resolve_specifier("./b.js", "selvedge:web/url/a.js"), "selvedge:web/url/b.js");
        assert_eq!(resolve_specifier("../webidl.js", "selvedge:web/url/a.js"), "selvedge:web/webidl.js");
        assert_eq!(resolve_specifier("selvedge:ops", "selvedge:web/url/a.js"), "selvedge:ops");
    }
}
