//! A Worker's modules, apart from any isolate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use selvedge_ops::v8;
use sourcemap::SourceMap;

use crate::text::Text;

/// What a module is and what importing it gives
/// (<https://developers.cloudflare.com/workers/wrangler/bundling/#including-non-javascript-modules>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModuleKind {
    /// An ECMAScript module.
    EsModule,
    /// A CommonJS module; its default export is `module.exports`.
    CommonJs,
    /// A classic script that calls `addEventListener`; only as the main module.
    ServiceWorker,
    /// Text; the default export is a string.
    Text,
    /// Bytes; the default export is an `ArrayBuffer`.
    Data,
    /// WebAssembly; the default export is a `WebAssembly.Module`.
    Wasm,
    /// JSON; the default export is the value.
    Json,
}

/// One module of a Worker.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name, by which others import it, relative to the root: `index.js`, `lib/a.js`.
    pub name: String,
    /// What it is.
    pub kind: ModuleKind,
    /// Its text or bytes.
    pub source: Bytes,
    /// The source map (version 3) of its text.
    pub source_map: Option<String>,
}

/// A Worker's modules and what was learnt by compiling them, shared by all of its instances.
#[derive(Debug)]
pub struct Script {
    main: String,
    service_worker: bool,
    modules: BTreeMap<String, Prepared>,
}

/// A module and its by-products.
pub(crate) struct Prepared {
    pub(crate) module: Module,
    text: OnceLock<Text>,
    code_cache: Mutex<Option<Arc<[u8]>>>,
    wasm: Mutex<Option<v8::CompiledWasmModule>>,
    map: OnceLock<Option<SourceMap>>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("kind", &self.module.kind).finish_non_exhaustive()
    }
}

impl Prepared {
    fn new(mut module: Module) -> Self {
        module.name = normalize(&module.name);
        let text = OnceLock::new();
        let is_text = !matches!(module.kind, ModuleKind::Data | ModuleKind::Wasm);
        if is_text && module.source.is_ascii() {
            let shared = text.get_or_init(|| Text::new(&module.source));
            module.source = shared.ascii().unwrap_or(module.source);
        }
        Self { module, text, code_cache: Mutex::default(), wasm: Mutex::default(), map: OnceLock::new() }
    }

    /// Its text, for V8.
    pub(crate) fn text(&self) -> &Text {
        self.text.get_or_init(|| Text::new(&self.module.source))
    }

    pub(crate) fn code_cache(&self) -> Option<Arc<[u8]>> {
        self.code_cache.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_code_cache(&self, cache: Option<Arc<[u8]>>) {
        *self.code_cache.lock().unwrap_or_else(PoisonError::into_inner) = cache;
    }

    /// The compiled WebAssembly module, if an instance has compiled it: code is shared between isolates.
    pub(crate) fn with_wasm<R>(&self, f: impl FnOnce(&mut Option<v8::CompiledWasmModule>) -> R) -> R {
        f(&mut self.wasm.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn source_map(&self) -> Option<&SourceMap> {
        self.map.get_or_init(|| SourceMap::from_slice(self.module.source_map.as_ref()?.as_bytes()).ok()).as_ref()
    }
}

impl Script {
    /// A Worker of these modules, of which `main` names the entry.
    pub fn new(main: &str, modules: impl IntoIterator<Item = Module>) -> Self {
        let prepare = |module| {
            let prepared = Prepared::new(module);
            (prepared.module.name.clone(), prepared)
        };
        Self { main: normalize(main), service_worker: false, modules: modules.into_iter().map(prepare).collect() }
    }

    /// The same Worker in service-worker syntax: its handlers are event listeners. Its entry may be a module all the
    /// same, as a bundler makes one of it.
    #[must_use]
    pub fn with_service_worker_syntax(self) -> Self {
        Self { service_worker: true, ..self }
    }

    /// The name of the entry.
    pub fn main(&self) -> &str {
        &self.main
    }

    /// Whether handlers are event listeners rather than exports.
    pub fn is_service_worker(&self) -> bool {
        self.service_worker || self.get(&self.main).is_some_and(|main| main.module.kind == ModuleKind::ServiceWorker)
    }

    /// The modules, by name.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.modules.values().map(|prepared| &prepared.module)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Prepared> {
        self.modules.get(name)
    }

    /// The name of the module that `specifier` means in the module `referrer`, if the Worker has it.
    pub(crate) fn resolve(&self, specifier: &str, referrer: &str) -> Option<&str> {
        let name = relative(specifier, referrer).unwrap_or_else(|| normalize(specifier));
        self.modules.get_key_value(&name).map(|(name, _)| name.as_str())
    }

    /// Rewrites a stack trace so that its positions are those of the sources that were bundled, and leaves out
    /// the frames of the platform's own JavaScript.
    pub fn map_stack(&self, stack: &str) -> String {
        let mut mapped = String::with_capacity(stack.len());
        for line in stack.lines().filter(|line| !is_internal_frame(line)) {
            if !mapped.is_empty() {
                mapped.push('\n');
            }
            match self.map_frame(line) {
                Some(frame) => mapped.push_str(&frame),
                None => mapped.push_str(line),
            }
        }
        mapped
    }

    /// Where a position (line and column from 1) in a bundled module comes from.
    pub fn map_position(&self, module: &str, line: u32, column: u32) -> Option<(String, u32, u32)> {
        let map = self.modules.get(module)?.source_map()?;
        let token = map.lookup_token(line.checked_sub(1)?, column.checked_sub(1)?)?;
        Some((token.get_source()?.to_owned(), token.get_src_line() + 1, token.get_src_col() + 1))
    }

    /// One line of a stack trace: `    at name (module:line:column)` or `    at module:line:column`.
    fn map_frame(&self, line: &str) -> Option<String> {
        let text = line.trim_start().strip_prefix("at ")?;
        let indent = &line[..line.len() - text.len() - 3];
        let (function, place) = match text.rsplit_once('(') {
            Some((function, place)) => (Some(function.trim_end()), place.strip_suffix(')')?),
            None => (None, text),
        };
        let (place, column) = place.rsplit_once(':')?;
        let (module, line) = place.rsplit_once(':')?;
        let (source, line, column) =
            self.map_position(module.trim_start_matches("async "), line.parse().ok()?, column.parse().ok()?)?;
        Some(match function {
            Some(function) => format!("{indent}at {function} ({source}:{line}:{column})"),
            None => format!("{indent}at {source}:{line}:{column}"),
        })
    }
}

/// Whether a line of a stack trace is in a module of ours.
fn is_internal_frame(line: &str) -> bool {
    line.trim_start().starts_with("at ") && (line.contains("(selvedge:") || line.contains("at selvedge:"))
}

/// The name of the module that a relative `specifier` means in the module `referrer`; `None` for other specifiers.
pub(crate) fn relative(specifier: &str, referrer: &str) -> Option<String> {
    if !specifier.starts_with("./") && !specifier.starts_with("../") {
        return None;
    }
    let folder = referrer.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(normalize(&format!("{folder}/{specifier}")))
}

/// A module name without `.`, `..` and a leading slash. What would leave the root stays at the root.
fn normalize(name: &str) -> String {
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, source_map: Option<&str>) -> Module {
        Module {
            name: name.into(),
            kind: ModuleKind::EsModule,
            source: Bytes::new(),
            source_map: source_map.map(Into::into),
        }
    }

    #[test]
    fn specifiers_are_resolved_within_the_worker() {
        let script = Script::new("./index.js", [module("index.js", None), module("lib/a.js", None)]);
        assert_eq!(script.main(), "index.js");
        assert_eq!(script.resolve("./lib/a.js", "index.js"), Some("lib/a.js"));
        assert_eq!(script.resolve("../index.js", "lib/a.js"), Some("index.js"));
        assert_eq!(script.resolve("lib/a.js", "index.js"), Some("lib/a.js"));
        assert_eq!(script.resolve("../../../index.js", "lib/a.js"), Some("index.js"));
        assert_eq!(script.resolve("./b.js", "lib/a.js"), None);
    }

    #[test]
    fn stacks_are_mapped_to_their_sources() {
        let map = r#"{"version":3,"sources":["src/index.ts"],"names":[],"mappings":"AAAA;AACA;EAEE"}"#;
        let script = Script::new("index.js", [module("index.js", Some(map))]);
        let stack = "Error: boom\n    at fetch (index.js:3:5)\n    at index.js:2:1\n    at other.js:1:1\n    \
            at callHandler (selvedge:platform/entrypoints.js:67:1)\n    at selvedge:web/streams/a.js:1:1";
        assert_eq!(
            script.map_stack(stack),
            "Error: boom\n    at fetch (src/index.ts:4:3)\n    at src/index.ts:2:1\n    at other.js:1:1"
        );
    }
}
