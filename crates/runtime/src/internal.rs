//! Our own JavaScript: the scripts that are run once, into the startup snapshot.
//!
//! They are scripts, each a function that is called once, rather than ES modules. A module stays in the heap with all
//! that V8 knows of it: an object for each import and export, and the code of its top level, which never runs again. The
//! platform's two hundred took 0.9 MB of 2.3 in each isolate. They are written as modules all the same, and made one
//! script when the binary is built.

use selvedge_ops::{OpDecl, v8};

use crate::JsError;
use crate::script::relative;

/// A script for the startup snapshot.
#[derive(Clone, Debug)]
pub struct InternalScript {
    /// What stack traces call it: `selvedge:NAME`.
    pub name: &'static str,
    /// The native functions that it gets.
    pub ops: Vec<OpDecl>,
    /// The text: an expression whose value is a function that takes an object of the ops. ASCII only: it stays outside of
    /// the heap, shared by all isolates.
    pub source: &'static str,
    /// Parts that are compiled when they are first needed, which the text asks for by their places here (see
    /// [`crate::load_group`]). Each is an expression, too, whose value is a function that takes an object of the ops that it
    /// names.
    pub groups: &'static [InternalModule],
}

/// A crate's JavaScript that stays out of the startup snapshot: its modules are loaded when a Worker first imports them,
/// if it may (see [`crate::Builtins`]).
#[derive(Clone, Debug)]
pub struct Extension {
    /// Names the extension's modules: `selvedge:NAME/PATH`.
    pub name: &'static str,
    /// The native functions, imported from `selvedge:ops`.
    pub ops: Vec<OpDecl>,
    /// The JavaScript files.
    pub modules: &'static [InternalModule],
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

/// The text of a script as a string outside of the heap. It is leaked: one in a process, used by every isolate until the
/// end.
pub(crate) fn external(name: &str, source: &'static str) -> Result<&'static v8::OneByteConst, JsError> {
    check_ascii(name, source)?;
    let text = v8::String::create_external_onebyte_const(source.as_bytes());
    Ok(Box::leak(Box::new(text)))
}

pub(crate) fn check_ascii(specifier: &str, source: &str) -> Result<(), JsError> {
    match source.lines().position(|line| !line.is_ascii()) {
        Some(line) => Err(JsError::text(format!("{specifier}:{}: is not ASCII", line + 1))),
        None => Ok(()),
    }
}

/// Runs a script, whose text is also given as [`external`] made it, and gives the result of its function.
pub(crate) fn run<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    script: &InternalScript,
    text: &'static v8::OneByteConst,
) -> Result<v8::Local<'s, v8::Value>, JsError> {
    use v8::script_compiler::{CompileOptions, NoCacheReason, Source, compile_unbound_script};
    let ops = v8::Object::new(scope);
    for op in &script.ops {
        let function = op.function(scope).ok_or_else(|| JsError::text(format!("cannot make {}", op.name)))?;
        let key = string(scope, op.name)?;
        ops.create_data_property(scope, key.into(), function.into());
    }
    let text = v8::String::new_from_onebyte_const(scope, text).ok_or_else(|| JsError::text("a script is too long"))?;
    let name = string(scope, script.name)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, false, None);
    let mut source = Source::new(text, Some(&origin));
    // What `//# functionsCalledOnLoad` names is compiled at once, so that an isolate from the snapshot need not compile
    // what every Worker's start and first event call.
    let (options, reason) = (CompileOptions::FollowCompileHintsPerFunctionMagicComment, NoCacheReason::NoReason);
    v8::tc_scope!(let scope, scope);
    let compiled = compile_unbound_script(scope, &mut source, options, reason);
    let function = compiled.and_then(|compiled| compiled.bind_to_current_context(scope).run(scope));
    let Some(function) = function else { return Err(JsError::caught(scope)) };
    let function = function.try_cast::<v8::Function>();
    let function = function.map_err(|_| JsError::text(format!("{} is not a function", script.name)))?;
    let this = v8::undefined(scope).into();
    let result = function.call(scope, this, &[ops.into()]);
    scope.perform_microtask_checkpoint();
    result.ok_or_else(|| JsError::caught(scope))
}

fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::String>, JsError> {
    v8::String::new(scope, text).ok_or_else(|| JsError::text("a string is too long"))
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
        assert_eq!(resolve_specifier("./b.js", "selvedge:node/url/a.js"), "selvedge:node/url/b.js");
        assert_eq!(resolve_specifier("../webidl.js", "selvedge:node/url/a.js"), "selvedge:node/webidl.js");
        assert_eq!(resolve_specifier("selvedge:ops", "selvedge:node/url/a.js"), "selvedge:ops");
    }
}
