//! CommonJS modules (<https://nodejs.org/api/modules.html>): `module`, `exports` and `require`.

use selvedge_ops::v8;

use super::{get, lazy, origin, synthetic, throw};
use crate::script::Prepared;
use crate::{InstanceState, ModuleKind};

/// Runs the module unless it has been run, and gives its `module.exports`. In a cycle that is what the module
/// has exported so far.
pub(super) fn exports<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &InstanceState,
    prepared: &Prepared,
) -> Option<v8::Local<'s, v8::Value>> {
    let name = &prepared.module.name;
    let key = v8::String::new(scope, "exports")?;
    let known = state.modules().common_js.get(name).cloned();
    if let Some(module) = known {
        return v8::Local::new(scope, module).get(scope, key.into());
    }
    let (module, exported) = (v8::Object::new(scope), v8::Object::new(scope));
    module.create_data_property(scope, key.into(), exported.into())?;
    let global = v8::Global::new(scope, module);
    state.modules().common_js.insert(name.clone(), global);
    let result = run(scope, prepared, module, exported);
    if result.is_none() {
        state.modules().common_js.remove(name);
    }
    result?;
    module.get(scope, key.into())
}

fn run<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    prepared: &Prepared,
    module: v8::Local<'s, v8::Object>,
    exported: v8::Local<'s, v8::Object>,
) -> Option<()> {
    let name = v8::String::new(scope, &prepared.module.name)?;
    let source = prepared.text().string(scope)?;
    let origin = origin(scope, &prepared.module.name, false)?;
    let mut source = v8::script_compiler::Source::new(source, Some(&origin));
    let parameters = ["module", "exports", "require"].map(|name| v8::String::new(scope, name));
    let parameters = parameters.into_iter().collect::<Option<Vec<_>>>()?;
    let body = v8::script_compiler::compile_function(
        scope,
        &mut source,
        &parameters,
        &[],
        v8::script_compiler::CompileOptions::NoCompileOptions,
        v8::script_compiler::NoCacheReason::NoReason,
    )?;
    let require = v8::Function::builder(require).data(name.into()).build(scope)?;
    let receiver = exported.into();
    body.call(scope, receiver, &[module.into(), exported.into(), require.into()])?;
    Some(())
}

fn require<'s>(scope: &mut v8::PinScope<'s, '_>, args: v8::FunctionCallbackArguments<'s>, mut rv: v8::ReturnValue<'s>) {
    let specifier = args.get(0).to_rust_string_lossy(scope);
    let referrer = args.data().to_rust_string_lossy(scope);
    if let Some(value) = required(scope, &specifier, &referrer) {
        rv.set(value);
    }
}

pub(super) fn required<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    specifier: &str,
    referrer: &str,
) -> Option<v8::Local<'s, v8::Value>> {
    let state = InstanceState::of(scope)?;
    let script = state.modules().script.clone()?;
    let name = script
        .resolve(specifier, referrer)
        .or_else(|| script.resolve(&format!("{specifier}.js"), referrer))
        .or_else(|| script.resolve(&format!("{specifier}.json"), referrer));
    let Some(prepared) = name.and_then(|name| script.get(name)) else {
        if let Some(exports) = synthetic::builtin(scope, &state, specifier) {
            let key = v8::String::new(scope, "default")?;
            let default = exports.get(scope, key.into())?;
            return Some(if default.is_undefined() { exports.into() } else { default });
        }
        if let Some(name) = lazy::builtin(&state, specifier) {
            let exports = lazy::namespace(scope, &state, &name)?;
            let key = v8::String::new(scope, "default")?;
            return exports.get(scope, key.into());
        }
        throw(scope, &format!("No such module \"{specifier}\".\n  required from \"{referrer}\""));
        return None;
    };
    match prepared.module.kind {
        ModuleKind::CommonJs => exports(scope, &state, prepared),
        ModuleKind::EsModule => {
            let module = get(scope, &state, &prepared.module.name)?;
            if module.get_status() != v8::ModuleStatus::Evaluated {
                throw(scope, &format!("\"{specifier}\" is an ES module: import it before it is required"));
                return None;
            }
            Some(module.get_module_namespace())
        }
        _ => synthetic::value(scope, prepared),
    }
}
