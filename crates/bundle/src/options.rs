//! What a build is told. Plain data: where it comes from (a wrangler file, flags) is the caller's.

use std::{collections::BTreeMap, path::PathBuf};

/// Everything that decides what a [`Bundler`](crate::Bundler) makes.
///
/// [`BundleOptions::new`] gives wrangler's defaults; a caller then sets what the project says.
#[derive(Debug, Clone)]
pub struct BundleOptions {
    /// The Worker's entry point (`main`), absolute or relative to `project_root`.
    pub entry: PathBuf,
    /// The folder of the wrangler file. Paths in diagnostics and source maps are relative to it.
    pub project_root: PathBuf,
    /// Conditions for the `exports` and `imports` fields of `package.json`, besides `import`,
    /// `require`, `default` and `browser`, which are always on.
    pub conditions: Vec<String>,
    /// Fields of `package.json` that name a package's entry point, in order.
    pub main_fields: Vec<String>,
    /// The `tsconfig.json` for every file. `None`: for each file the nearest above it.
    pub tsconfig: Option<PathBuf>,
    /// Identifiers and member chains replaced by an expression given as source text (`define`).
    pub define: BTreeMap<String, String>,
    /// Import specifiers replaced by another specifier or a path from `project_root` (`alias`).
    pub alias: BTreeMap<String, String>,
    /// Shorten the code (`minify`).
    pub minify: bool,
    /// Keep `.name` of functions and classes as written, also when minified (`keep_names`).
    pub keep_names: bool,
    /// The function that JSX elements call (`jsx_factory`). When set, JSX is compiled the classic
    /// way; `None`: as `tsconfig.json` says, else the automatic way.
    pub jsx_factory: Option<String>,
    /// What stands for `<>...</>` in classic JSX (`jsx_fragment`).
    pub jsx_fragment: Option<String>,
    /// The project's own module rules; wrangler's defaults follow them (`rules`).
    pub rules: Vec<ModuleRule>,
    /// Specifiers left in the output for the runtime to resolve: exact, a package with everything
    /// under it, or a pattern with `*`.
    pub external: Vec<String>,
    /// Take the entry as it is, with the modules that `rules` find under `base_dir` (`no_bundle`).
    pub no_bundle: bool,
    /// Add the files that `rules` match under `base_dir` to the Worker (`find_additional_modules`).
    pub find_additional_modules: bool,
    /// The folder that module names are relative to (`base_dir`). `None`: the entry's folder.
    pub base_dir: Option<PathBuf>,
    /// Name text, data and wasm modules by their path instead of their hash
    /// (`preserve_file_names`).
    pub preserve_file_names: bool,
    /// Which of Node's built-in modules stay imports of `node:...`, by the compatibility flags.
    pub nodejs_compat: NodejsModules,
    /// Building for local development: `process.env.NODE_ENV` is `"development"`, else
    /// `"production"`.
    pub development: bool,
}

impl BundleOptions {
    /// Wrangler's defaults for an entry in a project.
    pub fn new(project_root: impl Into<PathBuf>, entry: impl Into<PathBuf>) -> Self {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self {
            entry: entry.into(),
            project_root: project_root.into(),
            conditions: owned(&["workerd", "worker", "browser"]),
            main_fields: owned(&["browser", "module", "main"]),
            tsconfig: None,
            define: BTreeMap::new(),
            alias: BTreeMap::new(),
            minify: false,
            keep_names: true,
            jsx_factory: None,
            jsx_fragment: None,
            rules: Vec::new(),
            external: Vec::new(),
            no_bundle: false,
            find_additional_modules: false,
            base_dir: None,
            preserve_file_names: false,
            nodejs_compat: NodejsModules::None,
            development: false,
        }
    }
}

/// Which of Node's built-in modules the runtime has for the Worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NodejsModules {
    /// None: importing one is an error.
    #[default]
    None,
    /// `node:async_hooks` (`nodejs_als`).
    AsyncHooks,
    /// All, by their names with `node:` (`nodejs_compat` with a compatibility date before 2024-09-23).
    Prefixed,
    /// All, by bare names too (`nodejs_compat` since then, `nodejs_compat_v2`).
    All,
}

impl NodejsModules {
    /// Whether a specifier of one of Node's modules is left to the runtime.
    pub(crate) fn has(self, specifier: &str) -> bool {
        match self {
            Self::None => false,
            Self::AsyncHooks => specifier == "node:async_hooks",
            Self::Prefixed => specifier.starts_with("node:"),
            Self::All => true,
        }
    }

    /// What a person may do about a specifier that it does not have, in wrangler's words.
    pub(crate) fn hint(self, specifier: &str) -> &'static str {
        match self {
            Self::None | Self::AsyncHooks => "\n- Add the \"nodejs_compat\" compatibility flag to your project.",
            Self::Prefixed if !specifier.starts_with("node:") => {
                "\n- Make sure to prefix the module name with \"node:\" or update your compatibility_date to 2024-09-23 or later."
            }
            Self::Prefixed | Self::All => "",
        }
    }
}

/// One entry of wrangler's `rules`: files by glob, and the kind of module they become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRule {
    /// What the matching files are (`type`).
    pub kind: RuleKind,
    /// Globs, matched against the import specifier (or the path, for files that are found).
    pub globs: Vec<String>,
    /// Whether later rules of the same kind, the defaults among them, still count (`fallthrough`).
    pub fallthrough: Option<bool>,
}

/// The `type` of a module rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleKind {
    /// `ESModule`
    EsModule,
    /// `CommonJS`
    CommonJs,
    /// `Text`: the default export is a string.
    Text,
    /// `Data`: the default export is an `ArrayBuffer`.
    Data,
    /// `CompiledWasm`: the default export is a `WebAssembly.Module`.
    CompiledWasm,
}

impl RuleKind {
    /// The name that wrangler files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::EsModule => "ESModule",
            Self::CommonJs => "CommonJS",
            Self::Text => "Text",
            Self::Data => "Data",
            Self::CompiledWasm => "CompiledWasm",
        }
    }

    /// Whether the files are code. The bundler takes code as code: such a rule only finds modules.
    pub(crate) fn is_code(self) -> bool {
        matches!(self, Self::EsModule | Self::CommonJs)
    }
}
