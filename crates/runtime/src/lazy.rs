//! Our own JavaScript that is not in the startup snapshot: modules that a Worker loads when it first imports one.
//!
//! The built-in modules of Node.js are many times the size of the rest, and most Workers use none of them. In the
//! snapshot they would cost every isolate memory and time. So their sources are kept outside of every heap, as the
//! others' are, and an isolate compiles what is imported, from a code cache that is made once in a process.
//!
//! Such a module may import others of its kind, ops, and what is in the snapshot: the very instances that are there. The
//! snapshot keeps the exports of those of its parts that are asked for, by specifier, and synthetic modules give them out
//! again. Ops are functions made anew for each importing module, of the names in its text.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{OpDecl, v8};

use crate::internal::{Extension, InternalModule, InternalScript, check_ascii};
use crate::{JsError, linker};

/// Which modules outside of the snapshot a Worker may import: their internal names by the specifiers that it uses.
///
/// `node:buffer` may be `selvedge:node/buffer.js`. What is not in it stays out of the Worker's reach.
pub type Builtins = BTreeMap<String, String>;

/// The sources, shared by all isolates of an engine.
#[derive(Default)]
pub(crate) struct LazySources {
    modules: HashMap<String, LazySource>,
}

/// One module.
pub(crate) struct LazySource {
    text: &'static v8::OneByteConst,
    /// The ops whose names its text has.
    pub(crate) ops: Vec<OpDecl>,
    cache: Mutex<Option<Arc<[u8]>>>,
}

#[allow(unsafe_code)]
// SAFETY: of what an op's declaration points to, functions and descriptions of their types, nothing is ever written.
unsafe impl Send for LazySource {}
#[allow(unsafe_code)]
// SAFETY: as above; the cache is behind a mutex.
unsafe impl Sync for LazySource {}

impl LazySources {
    /// The sources of the extensions, which use ops of the scripts, too.
    pub(crate) fn new(scripts: &[InternalScript], extensions: &[Extension]) -> Result<Self, JsError> {
        let mut modules = HashMap::new();
        let ops = scripts.iter().flat_map(|script| &script.ops);
        let ops = ops.chain(extensions.iter().flat_map(|extension| &extension.ops));
        let ops: HashMap<_, _> = ops.map(|op| (op.name, *op)).collect();
        for (specifier, module) in lazy_modules(extensions) {
            check_ascii(&specifier, module.source)?;
            let text = v8::String::create_external_onebyte_const(module.source.as_bytes());
            let ops = op_names(module.source).into_iter().filter_map(|name| ops.get(name).copied()).collect();
            let source = LazySource { text: Box::leak(Box::new(text)), ops, cache: Mutex::default() };
            modules.insert(specifier, source);
        }
        Ok(Self { modules })
    }

    pub(crate) fn get(&self, specifier: &str) -> Option<&LazySource> {
        self.modules.get(specifier)
    }
}

impl LazySource {
    fn cache(&self) -> Option<Arc<[u8]>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_cache(&self, cache: Option<Arc<[u8]>>) {
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner) = cache;
    }

    /// Compiles the module in an isolate.
    pub(crate) fn compile<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        specifier: &str,
    ) -> Option<v8::Local<'s, v8::Module>> {
        use v8::script_compiler::{CachedData, CompileOptions, NoCacheReason, Source, compile_module2};
        let text = v8::String::new_from_onebyte_const(scope, self.text)?;
        let origin = linker::origin(scope, specifier, true)?;
        let Some(cache) = self.cache() else {
            let mut source = Source::new(text, Some(&origin));
            return compile_module2(scope, &mut source, CompileOptions::NoCompileOptions, NoCacheReason::NoReason);
        };
        let mut source = Source::new_with_cached_data(text, Some(&origin), CachedData::new(&cache));
        let module = compile_module2(scope, &mut source, CompileOptions::ConsumeCodeCache, NoCacheReason::NoReason);
        if source.get_cached_data().is_some_and(CachedData::rejected) {
            self.set_cache(None);
        }
        module
    }

    /// Keeps the code of the module as an isolate has it, if no other did so before.
    pub(crate) fn keep(&self, scope: &mut v8::PinScope<'_, '_>, module: v8::Local<'_, v8::Module>) {
        if self.cache().is_some() {
            return;
        }
        let unbound = module.get_unbound_module_script(scope);
        if let Some(cache) = unbound.create_code_cache() {
            self.set_cache(Some(Arc::from(&**cache)));
        }
    }
}

fn lazy_modules(extensions: &[Extension]) -> impl Iterator<Item = (String, &InternalModule)> {
    extensions.iter().flat_map(|extension| {
        extension.modules.iter().map(|module| (format!("selvedge:{}/{}", extension.name, module.path), module))
    })
}

/// An object of ops, by their names.
pub(crate) fn ops_object<'s>(scope: &mut v8::PinScope<'s, '_>, ops: &[OpDecl]) -> Option<v8::Local<'s, v8::Object>> {
    let object = v8::Object::new(scope);
    for op in ops {
        let (name, function) = (v8::String::new(scope, op.name)?, op.function(scope)?);
        object.create_data_property(scope, name.into(), function.into())?;
    }
    Some(object)
}

/// The names of ops in a text: words of letters, digits and `_` that begin with `op_`.
pub(crate) fn op_names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    words.filter(|word| word.starts_with("op_")).collect()
}

#[cfg(test)]
mod tests {
    use super::op_names;

    #[test]
    fn the_ops_that_a_source_needs_are_read_from_its_text() {
        let text = "import { op_x as op_x2, op_y } from \"selvedge:ops\"; no_op_z(op_y.call(), a.op_u-1);";
        assert_eq!(op_names(text).into_iter().collect::<Vec<_>>(), ["op_u", "op_x", "op_x2", "op_y"]);
    }
}
