//! Groups: parts of our own script that are scripts of their own, which an isolate compiles when it first needs them.
//!
//! Most Workers use no HTMLRewriter, no R2, no message ports. As functions of the script in the startup snapshot they would
//! be in each isolate, and they were: about a twentieth of it. Compiling them is most of the time that a first use takes; so the
//! process keeps what V8 made of them for the first isolate, as a code cache for all others.

use std::sync::{Arc, OnceLock};

use selvedge_ops::{OpDecl, OpError, v8};

use crate::internal::{InternalScript, external};
use crate::lazy::{op_names, ops_object};
use crate::{JsError, linker};

/// The groups, shared by all isolates of an engine.
#[derive(Default)]
pub(crate) struct Groups(Vec<Group>);

/// One of them.
struct Group {
    /// What stack traces call it.
    name: String,
    text: &'static v8::OneByteConst,
    /// The ops that its text names.
    ops: Vec<OpDecl>,
    /// Made by the first isolate that compiles it.
    code: OnceLock<Box<[u8]>>,
}

#[allow(unsafe_code)]
// SAFETY: the text is a constant outside of all heaps, and an op's declaration points to functions and descriptions of their
// types; nothing of these is ever written.
unsafe impl Send for Group {}
#[allow(unsafe_code)]
// SAFETY: as above; what is written is in a `OnceLock`.
unsafe impl Sync for Group {}

/// The isolate slot that holds them.
struct Slot(Arc<Groups>);

impl Groups {
    /// Those of the first script, which alone may have some.
    pub(crate) fn new(scripts: &[InternalScript]) -> Result<Self, JsError> {
        let groups = scripts.first().into_iter().flat_map(|script| {
            script.groups.iter().map(|group| {
                let name = format!("{}/{}", script.name, group.path);
                let named = op_names(group.source);
                let ops = script.ops.iter().filter(|op| named.contains(op.name)).copied().collect();
                Ok(Group { text: external(&name, group.source)?, name, ops, code: OnceLock::new() })
            })
        });
        groups.collect::<Result<_, _>>().map(Self)
    }

    /// Lets an isolate load them.
    pub(crate) fn install(self: &Arc<Self>, isolate: &mut v8::Isolate) {
        isolate.set_slot(Slot(self.clone()));
    }
}

impl Group {
    /// What the group's function makes of its ops. Nothing where an exception is under way.
    fn load<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Value>> {
        let function = self.run(scope)?.try_cast::<v8::Function>().ok()?;
        let ops = ops_object(scope, &self.ops)?;
        let this = v8::undefined(scope).into();
        function.call(scope, this, &[ops.into()])
    }

    /// Compiles it in an isolate and runs it.
    fn run<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Value>> {
        use v8::script_compiler::{CachedData, CompileOptions, NoCacheReason, Source, compile_unbound_script};
        let text = v8::String::new_from_onebyte_const(scope, self.text)?;
        let origin = linker::origin(scope, &self.name, false)?;
        let (mut source, options) = match self.code.get() {
            Some(code) => {
                let code = CachedData::new(code);
                (Source::new_with_cached_data(text, Some(&origin), code), CompileOptions::ConsumeCodeCache)
            }
            None => (Source::new(text, Some(&origin)), CompileOptions::FollowCompileHintsPerFunctionMagicComment),
        };
        let compiled = compile_unbound_script(scope, &mut source, options, NoCacheReason::NoReason)?;
        if self.code.get().is_none()
            && let Some(code) = compiled.create_code_cache()
        {
            // Before any of it has run: it is V8's work on our text, and nothing of this isolate's.
            let _ = self.code.set(Box::from(&**code));
        }
        compiled.bind_to_current_context(scope).run(scope)
    }
}

/// What a group's function makes of its ops: a function that takes what it needs of the rest and gives its exports.
///
/// # Errors
/// When there is no such group; what V8 throws when it cannot compile it, for want of stack.
pub fn load_group<'s>(scope: &mut v8::PinScope<'s, '_>, place: u32) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let groups = scope.get_slot::<Slot>().map(|slot| slot.0.clone());
    let group = groups.as_ref().and_then(|groups| groups.0.get(place as usize));
    let group = group.ok_or_else(|| OpError::error("internal error: no such group"))?;
    group.load(scope).ok_or_else(OpError::pending)
}
