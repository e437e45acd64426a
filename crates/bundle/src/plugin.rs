//! Which imports are not the bundler's to follow.
//!
//! rolldown resolves packages and paths by itself, with the conditions it was given. It asks this
//! plugin first, which knows what a Worker finds around it at run time: modules of the runtime,
//! Node's built-ins under the compatibility flag, files that stay modules of their own. Everything
//! else it leaves to rolldown.
//!
//! A CommonJS package that calls `require("node:fs")` cannot be given an import, so it gets a
//! module between: one that imports the built-in and hands it on as `module.exports`. Wrangler does
//! the same.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use rolldown_common::{ImportKind, side_effects::HookSideEffects};
use rolldown_plugin::{
    HookLoadArgs, HookLoadOutput, HookLoadReturn, HookResolveIdArgs, HookResolveIdOutput, HookResolveIdReturn,
    HookUsage, Plugin, PluginContext, PluginContextResolveOptions, SharedLoadPluginContext,
};
use sha1::{Digest, Sha1};

use crate::{
    additional::Additional,
    entry::CODE,
    options::RuleKind,
    output::{Module, ModuleKind},
    plan::{Plan, relative, safe_name},
    rules::Verdict,
};

/// Marks the module between a `require` and what the runtime provides.
const FACADE: &str = "\0selvedge-require:";

/// The files that imports named and that stay modules of their own, by file. They outlive one
/// build: an incremental one asks only about the imports of changed files.
#[derive(Debug, Default)]
pub(crate) struct Assets(Mutex<BTreeMap<PathBuf, Asset>>);

#[derive(Debug)]
struct Asset {
    name: String,
    kind: ModuleKind,
    contents: Bytes,
}

impl Assets {
    /// The modules that the code still imports after tree shaking.
    pub(crate) fn imported_by(&self, code: &str) -> Vec<Module> {
        let assets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut modules: Vec<Module> = Vec::new();
        for Asset { name, kind, contents } in assets.values() {
            // Two paths with the same contents and name are one module.
            if code.contains(&format!("./{name}")) && modules.iter().all(|module| module.name != *name) {
                modules.push(Module { name: name.clone(), kind: *kind, contents: contents.clone(), source_map: None });
            }
        }
        modules
    }

    /// Whether a file is one of them.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(path)
    }

    fn insert(&self, path: PathBuf, asset: Asset) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path, asset);
    }
}

/// The plugin of one [`Bundler`](crate::Bundler).
#[derive(Debug)]
pub(crate) struct WorkerPlugin {
    pub(crate) plan: Arc<Plan>,
    pub(crate) assets: Arc<Assets>,
    pub(crate) additional: Arc<Additional>,
}

impl WorkerPlugin {
    /// An import for the runtime. `require` of it goes through a [`FACADE`].
    fn runtime(&self, specifier: &str, kind: ImportKind) -> HookResolveIdOutput {
        if kind == ImportKind::Require {
            return HookResolveIdOutput::from_id(format!("{FACADE}{specifier}"));
        }
        external(specifier)
    }

    fn is_external(&self, specifier: &str) -> bool {
        self.plan.options.external.iter().any(|pattern| match pattern.split_once('*') {
            Some((before, after)) => {
                specifier.len() >= before.len() + after.len()
                    && specifier.starts_with(before)
                    && specifier.ends_with(after)
            }
            None => {
                specifier.strip_prefix(pattern.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        })
    }

    /// The file that a specifier of an asset names: as rolldown resolves it (through `exports`,
    /// `paths`, ...), else simply beside the importer.
    async fn file_of(&self, ctx: &PluginContext, args: &HookResolveIdArgs<'_>) -> Option<PathBuf> {
        let specifier = without_query(args.specifier);
        let options = PluginContextResolveOptions { import_kind: args.kind, ..PluginContextResolveOptions::default() };
        if let Ok(Ok(resolved)) = ctx.resolve(specifier, args.importer, Some(options)).await
            && resolved.id.is_path()
        {
            return Some(PathBuf::from(resolved.id.as_str()));
        }
        let beside = Path::new(args.importer?).parent()?.join(specifier);
        beside.canonicalize().ok().filter(|path| path.is_file())
    }

    fn asset(&self, path: PathBuf, kind: RuleKind) -> std::io::Result<HookResolveIdOutput> {
        let contents = Bytes::from(std::fs::read(&path)?);
        let name = self.asset_name(&path, &contents);
        let id = format!("./{name}");
        self.assets.insert(path, Asset { name, kind: kind.into(), contents });
        Ok(HookResolveIdOutput { side_effects: Some(HookSideEffects::False), ..external(id) })
    }

    fn asset_name(&self, path: &Path, contents: &[u8]) -> String {
        if self.plan.options.preserve_file_names
            && let Ok(inside) = path.strip_prefix(&self.plan.base)
        {
            return relative(Path::new(""), inside);
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        format!("{:x}-{}", Sha1::digest(contents), safe_name(&file))
    }
}

impl Plugin for WorkerPlugin {
    fn name(&self) -> Cow<'static, str> {
        "selvedge".into()
    }

    fn register_hook_usage(&self) -> HookUsage {
        HookUsage::ResolveId | HookUsage::Load
    }

    async fn resolve_id(&self, ctx: &PluginContext, args: &HookResolveIdArgs<'_>) -> HookResolveIdReturn {
        let HookResolveIdArgs { specifier, importer, is_entry, kind, .. } = *args;
        if is_entry {
            return Ok(None);
        }
        if specifier.starts_with("cloudflare:") || self.is_external(specifier) {
            return Ok(Some(self.runtime(specifier, kind)));
        }
        if let Some(builtin) = node_builtin(specifier)
            && self.plan.options.nodejs_compat.has(specifier)
        {
            return Ok(Some(self.runtime(&format!("node:{builtin}"), kind)));
        }
        if let Some(target) = self.plan.options.alias.get(specifier) {
            let from = self.plan.root.join("package.json");
            let options = PluginContextResolveOptions { import_kind: kind, ..PluginContextResolveOptions::default() };
            return match ctx.resolve(target, from.to_str(), Some(options)).await? {
                Ok(resolved) => Ok(Some(HookResolveIdOutput::from_resolved_id(resolved))),
                Err(_) => Ok(None),
            };
        }
        let verdict = self.plan.rules.judge(specifier);
        if let (Verdict::Kind(_), Some(folder)) = (&verdict, importer.and_then(|importer| Path::new(importer).parent()))
            && let Some(name) = self.additional.name_of(&normalize(&folder.join(without_query(specifier))))
        {
            return Ok(Some(self.runtime(&format!("./{name}"), kind)));
        }
        match verdict {
            Verdict::Kind(kind) if !kind.is_code() => match self.file_of(ctx, args).await {
                Some(path) => {
                    ctx.add_watch_file(&path.to_string_lossy());
                    Ok(Some(self.asset(path, kind)?))
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    async fn load(&self, _ctx: SharedLoadPluginContext, args: &HookLoadArgs<'_>) -> HookLoadReturn {
        if let Some(specifier) = args.id.strip_prefix(FACADE) {
            // A built-in of Node has a default export that is what `require` gives; others have
            // names only.
            let import = if specifier.starts_with("node:") { "value" } else { "* as value" };
            return Ok(Some(HookLoadOutput {
                code: format!("import {import} from {specifier:?};\nmodule.exports = value;\n").into(),
                ..HookLoadOutput::default()
            }));
        }
        if !args.id.starts_with('\0') && unknown_extension(args.id).is_some() {
            // The report names the cause; an error here only carries the place.
            return Err(std::io::Error::other("no loader").into());
        }
        Ok(None)
    }
}

fn external(id: impl Into<String>) -> HookResolveIdOutput {
    HookResolveIdOutput { external: Some(true.into()), ..HookResolveIdOutput::from_id(id.into()) }
}

fn without_query(specifier: &str) -> &str {
    specifier.split_once('?').map_or(specifier, |(path, _)| path)
}

/// The name, without `node:`, of the built-in module of Node that a specifier means.
pub(crate) fn node_builtin(specifier: &str) -> Option<&str> {
    let name = specifier.strip_prefix("node:").unwrap_or(specifier);
    nodejs_built_in_modules::is_nodejs_builtin_module(specifier).then_some(name)
}

/// The extension of a file that is neither code nor JSON.
pub(crate) fn unknown_extension(path: &str) -> Option<&str> {
    let extension = Path::new(path).extension()?.to_str()?;
    (!CODE.contains(&extension) && extension != "json").then_some(extension)
}

/// Takes `.` and `..` out of an absolute path, by its text.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
