//! What a build gives.

use std::path::PathBuf;

use bytes::Bytes;

use crate::{diagnostic::Diagnostic, options::RuleKind};

/// A Worker's modules, ready to be linked.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The name of the entry point among `modules`.
    pub main: String,
    /// All modules, the main one first. A relative specifier in one is relative to its own name.
    pub modules: Vec<Module>,
    /// How the entry point asks to be run.
    pub format: WorkerFormat,
    /// What the entry point exports, in the order of the source's names. May lack what an entry
    /// that is not bundled takes from `export *`.
    pub exports: Vec<String>,
    /// The files this came from.
    pub watch: WatchList,
    /// What is worth telling, but no reason to stop.
    pub warnings: Vec<Diagnostic>,
    /// What each source file adds to the main module, largest first. Empty when not bundled.
    pub inputs: Vec<InputSize>,
}

impl Bundle {
    /// The entry point itself.
    pub fn main_module(&self) -> Option<&Module> {
        self.modules.iter().find(|module| module.name == self.main)
    }

    /// The size of all modules in bytes, source maps not counted.
    pub fn total_size(&self) -> usize {
        self.modules.iter().map(|module| module.contents.len()).sum()
    }
}

/// One module of a Worker.
#[derive(Debug, Clone)]
pub struct Module {
    /// The name, a relative path with forward slashes and without a leading `./`.
    pub name: String,
    /// What the contents are.
    pub kind: ModuleKind,
    /// The contents.
    pub contents: Bytes,
    /// The source map as JSON: `sources` are relative to the project's root, contents included.
    pub source_map: Option<String>,
}

/// The kind of a module, which decides what importing it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleKind {
    /// An ECMAScript module.
    EsModule,
    /// A CommonJS module: the default export is its `module.exports`.
    CommonJs,
    /// The default export is a string.
    Text,
    /// The default export is an `ArrayBuffer`.
    Data,
    /// The default export is a `WebAssembly.Module`.
    Wasm,
}

impl From<RuleKind> for ModuleKind {
    fn from(kind: RuleKind) -> Self {
        match kind {
            RuleKind::EsModule => Self::EsModule,
            RuleKind::CommonJs => Self::CommonJs,
            RuleKind::Text => Self::Text,
            RuleKind::Data => Self::Data,
            RuleKind::CompiledWasm => Self::Wasm,
        }
    }
}

/// How an entry point asks to be run, told by its exports as wrangler tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerFormat {
    /// There is a default export: an object of handlers or a class.
    Modules,
    /// There is none: the script calls `addEventListener`.
    ServiceWorker,
}

impl WorkerFormat {
    /// The format of an entry point with these exports.
    pub(crate) fn of(exports: &[String]) -> Self {
        if exports.iter().any(|name| name == "default") { Self::Modules } else { Self::ServiceWorker }
    }
}

/// What one source file adds to the main module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSize {
    /// The file, relative to the project's root.
    pub path: String,
    /// Bytes of output that come from it.
    pub bytes: usize,
}

/// What to watch so as to know when to build again. All paths are absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchList {
    /// Files that were read, and files whose appearance would change the result.
    pub files: Vec<PathBuf>,
    /// Folders in which any direct entry matters: a file that could not be resolved may appear
    /// there.
    pub directories: Vec<PathBuf>,
}

impl WatchList {
    /// Sorts and removes duplicates, so that equal lists are equal.
    pub(crate) fn normalize(mut self) -> Self {
        for list in [&mut self.files, &mut self.directories] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}
