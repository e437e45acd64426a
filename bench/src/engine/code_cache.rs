//! The road not taken: every isolate compiles and runs our JavaScript, from a code cache.

use selvedge_ops::v8;
use selvedge_runtime::{EngineOptions, InternalScript};

/// The platform's script with its code cache.
pub(crate) struct Cache {
    script: InternalScript,
    code: Option<Vec<u8>>,
}

impl Cache {
    /// Compiles the script once and keeps its code.
    pub(crate) fn new(options: &EngineOptions) -> Self {
        let script = options.scripts.first().expect("the platform's script").clone();
        let mut cache = Self { script, code: None };
        let mut code = None;
        cache.load(|unbound| code = unbound.create_code_cache().map(|code| code.to_vec()));
        cache.code = code;
        cache
    }

    /// An isolate in which our JavaScript has run.
    pub(crate) fn isolate(&self) -> v8::OwnedIsolate {
        self.load(|_| {})
    }

    fn load(&self, then: impl FnOnce(&v8::UnboundScript)) -> v8::OwnedIsolate {
        use v8::script_compiler::{CachedData, CompileOptions, NoCacheReason, Source, compile_unbound_script};
        let mut isolate = v8::Isolate::new(v8::CreateParams::default());
        {
            v8::scope!(let scope, &mut isolate);
            let context = v8::Context::new(scope, v8::ContextOptions::default());
            let scope = &mut v8::ContextScope::new(scope, context);
            let ops = v8::Object::new(scope);
            for op in &self.script.ops {
                let function = op.function(scope).expect("a function");
                let key = v8::String::new(scope, op.name).expect("a string");
                ops.set(scope, key.into(), function.into());
            }
            let text = v8::String::new(scope, self.script.source).expect("a string");
            let name = v8::String::new(scope, self.script.name).expect("a string");
            let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, false, None);
            let (mut source, options) = match &self.code {
                None => (Source::new(text, Some(&origin)), CompileOptions::NoCompileOptions),
                Some(code) => {
                    let code = CachedData::new(code);
                    (Source::new_with_cached_data(text, Some(&origin), code), CompileOptions::ConsumeCodeCache)
                }
            };
            let unbound = compile_unbound_script(scope, &mut source, options, NoCacheReason::NoReason);
            let unbound = unbound.expect("it compiles");
            assert!(!source.get_cached_data().is_some_and(CachedData::rejected), "V8 takes its own cache");
            let function = unbound.bind_to_current_context(scope).run(scope).expect("it runs");
            let function = function.try_cast::<v8::Function>().expect("a function");
            let this = v8::undefined(scope).into();
            function.call(scope, this, &[ops.into()]).expect("it runs");
            then(&unbound);
        }
        isolate
    }
}
