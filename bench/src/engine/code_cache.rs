//! The road not taken: every isolate compiles and runs our JavaScript, from a code cache.

use std::collections::HashMap;

use selvedge_ops::v8;
use selvedge_runtime::Extension;

/// Our modules with their code caches.
pub(crate) struct Cache {
    entry: String,
    ops: Vec<selvedge_ops::OpDecl>,
    modules: HashMap<String, (String, Option<Vec<u8>>)>,
}

/// The modules of one isolate while they are loaded: in a slot, as V8's callbacks carry no data.
#[derive(Default)]
struct Loaded {
    by_name: HashMap<String, v8::Global<v8::Module>>,
    names: HashMap<v8::Global<v8::Module>, String>,
}

fn resolve_specifier(specifier: &str, referrer: &str) -> String {
    if !specifier.starts_with('.') {
        return specifier.to_owned();
    }
    let mut parts: Vec<&str> = referrer.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Cache {
    /// Compiles the modules once and keeps their code.
    pub(crate) fn new(extensions: &[Extension], entry: &str) -> Self {
        let ops: Vec<_> = extensions.iter().flat_map(|extension| extension.ops.clone()).collect();
        let mut modules = HashMap::new();
        let mut text = String::from("const ops = globalThis.__ops;\n");
        for op in &ops {
            text.push_str(&format!("export const {0} = ops.{0};\n", op.name));
        }
        modules.insert("selvedge:ops".to_owned(), (text, None));
        for extension in extensions {
            for module in extension.modules {
                let name = format!("selvedge:{}/{}", extension.name, module.path);
                modules.insert(name, (module.source.to_owned(), None));
            }
        }
        let mut cache = Self { entry: entry.to_owned(), ops, modules };
        let mut codes = Vec::new();
        cache.load(|scope, loaded| {
            for (name, module) in &loaded.by_name {
                let module = v8::Local::new(scope, module);
                let code = module.get_unbound_module_script(scope).create_code_cache();
                codes.push((name.clone(), code.map(|code| code.to_vec())));
            }
        });
        for (name, code) in codes {
            if let Some(module) = cache.modules.get_mut(&name) {
                module.1 = code;
            }
        }
        cache
    }

    /// An isolate in which our modules have run.
    pub(crate) fn isolate(&self) -> v8::OwnedIsolate {
        self.load(|_, _| {})
    }

    fn load(&self, then: impl FnOnce(&mut v8::PinScope<'_, '_>, &Loaded)) -> v8::OwnedIsolate {
        let mut isolate = v8::Isolate::new(v8::CreateParams::default());
        isolate.set_slot(Loaded::default());
        {
            v8::scope!(let scope, &mut isolate);
            let context = v8::Context::new(scope, v8::ContextOptions::default());
            let scope = &mut v8::ContextScope::new(scope, context);
            let native = v8::Object::new(scope);
            for op in &self.ops {
                let function = op.function(scope).expect("a function");
                let key = v8::String::new(scope, op.name).expect("a string");
                native.set(scope, key.into(), function.into());
            }
            let key = v8::String::new(scope, "__ops").expect("a string");
            context.global(scope).set(scope, key.into(), native.into());
            let entry = self.entry.clone();
            let module = self.compile(scope, &entry);
            module.instantiate_module(scope, resolve).expect("it links");
            module.evaluate(scope).expect("it runs");
            let loaded = scope.remove_slot::<Loaded>().expect("the slot");
            then(scope, &loaded);
        }
        isolate
    }

    fn compile<'s>(&self, scope: &mut v8::PinScope<'s, '_>, name: &str) -> v8::Local<'s, v8::Module> {
        use v8::script_compiler::{CachedData, CompileOptions, NoCacheReason, Source, compile_module2};
        let loaded = scope.get_slot::<Loaded>().expect("the slot");
        if let Some(module) = loaded.by_name.get(name).cloned() {
            return v8::Local::new(scope, module);
        }
        let (text, code) = self.modules.get(name).expect("a module of ours");
        let text = v8::String::new(scope, text).expect("a string");
        let resource = v8::String::new(scope, name).expect("a string");
        let origin = v8::ScriptOrigin::new(scope, resource.into(), 0, 0, false, -1, None, false, false, true, None);
        let module = match code {
            None => v8::script_compiler::compile_module(scope, &mut Source::new(text, Some(&origin))),
            Some(code) => {
                let mut source = Source::new_with_cached_data(text, Some(&origin), CachedData::new(code));
                let module =
                    compile_module2(scope, &mut source, CompileOptions::ConsumeCodeCache, NoCacheReason::NoReason);
                assert!(!source.get_cached_data().is_some_and(CachedData::rejected), "V8 takes its own cache");
                module
            }
        }
        .expect("it compiles");
        let global = v8::Global::new(scope, module);
        let loaded = scope.get_slot_mut::<Loaded>().expect("the slot");
        loaded.by_name.insert(name.to_owned(), global.clone());
        loaded.names.insert(global, name.to_owned());
        let requests = module.get_module_requests();
        for index in 0..requests.length() {
            let request = requests.get(scope, index).expect("a request");
            let request = request.try_cast::<v8::ModuleRequest>().expect("a request");
            let specifier = request.get_specifier().to_rust_string_lossy(scope);
            self.compile(scope, &resolve_specifier(&specifier, name));
        }
        module
    }
}

#[allow(unsafe_code, reason = "V8 calls back with a context only")]
fn resolve<'s>(
    context: v8::Local<'s, v8::Context>,
    specifier: v8::Local<'s, v8::String>,
    _: v8::Local<'s, v8::FixedArray>,
    referrer: v8::Local<'s, v8::Module>,
) -> Option<v8::Local<'s, v8::Module>> {
    // SAFETY: `context` is the argument of the very callback that V8 is calling, so it is entered.
    v8::callback_scope!(unsafe scope, context);
    let specifier = specifier.to_rust_string_lossy(scope);
    let referrer = v8::Global::new(scope, referrer);
    let loaded = scope.get_slot::<Loaded>()?;
    let name = resolve_specifier(&specifier, loaded.names.get(&referrer)?);
    let module = loaded.by_name.get(&name)?.clone();
    Some(v8::Local::new(scope, module))
}
