//! Modules that no import brings: the files that the rules match in the Worker's folder.
//!
//! They are what `find_additional_modules` adds to a bundle (for imports whose specifier is
//! computed at run time), and all there is besides the entry with `no_bundle`. Names are paths
//! relative to `base_dir`, and so are the specifiers that reach them. (`findAdditionalModules` in
//! wrangler's `deployment-bundle/find-additional-modules.ts`.)

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use crate::{
    diagnostic::{BundleError, Diagnostic},
    entry,
    output::{Bundle, Module, WatchList, WorkerFormat},
    plan::{Plan, relative},
    rules::Verdict,
};

/// Folders that are never part of a Worker.
const SKIPPED: [&str; 4] = ["node_modules", ".git", ".wrangler", ".selvedge"];

/// The modules found, by file.
#[derive(Debug, Default)]
pub(crate) struct Additional {
    found: BTreeMap<PathBuf, Module>,
    folders: Vec<PathBuf>,
}

impl Additional {
    /// Looks for modules, when the plan asks for them.
    ///
    /// # Errors
    /// A folder or file cannot be read; a file matches only a rule that was set aside.
    pub(crate) fn find(plan: &Plan) -> Result<Self, BundleError> {
        let mut this = Self::default();
        if plan.options.find_additional_modules || plan.options.no_bundle {
            this.walk(plan, &plan.base).map_err(|error| this.failure(error))?;
        }
        Ok(this)
    }

    /// The name of the module that a file is.
    pub(crate) fn name_of(&self, path: &Path) -> Option<&str> {
        self.found.get(path).map(|module| module.name.as_str())
    }

    /// The modules, by name.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Module> {
        self.found.values().cloned()
    }

    /// Adds the files and folders to what is watched.
    pub(crate) fn watch(&self, list: &mut WatchList) {
        list.files.extend(self.found.keys().cloned());
        list.directories.extend(self.folders.iter().cloned());
    }

    fn failure(&self, diagnostic: Diagnostic) -> BundleError {
        let mut watch = WatchList::default();
        self.watch(&mut watch);
        BundleError { diagnostics: vec![diagnostic], watch: watch.normalize() }
    }

    fn walk(&mut self, plan: &Plan, folder: &Path) -> Result<(), Diagnostic> {
        self.folders.push(folder.to_path_buf());
        let unreadable = |path: &Path, error: std::io::Error| {
            Diagnostic::error(format!("Could not read \"{}\": {error}", relative(&plan.root, path)))
                .note("It lies in the folder whose files are added to the Worker (\"base_dir\").")
        };
        let mut entries = fs::read_dir(folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(folder, error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // Links to folders are not followed: they may lead in circles.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                if !SKIPPED.iter().any(|name| entry.file_name() == *name) {
                    self.walk(plan, &path)?;
                }
                continue;
            }
            if path == plan.entry || !path.is_file() {
                continue;
            }
            let name = relative(&plan.base, &path);
            match plan.rules.judge(&name) {
                Verdict::None => {}
                Verdict::SetAside(text) => return Err(Diagnostic::error(text)),
                Verdict::Kind(kind) => {
                    if name == plan.main_name() {
                        return Err(Diagnostic::error(format!(
                            "The file \"{}\" would be a module named \"{name}\", which is the main module's name.",
                            relative(&plan.root, &path)
                        ))
                        .note("Rename it, or narrow the module rule that matches it."));
                    }
                    let contents = fs::read(&path).map_err(|error| unreadable(&path, error))?;
                    let module = Module { name, kind: kind.into(), contents: Bytes::from(contents), source_map: None };
                    self.found.insert(path, module);
                }
            }
        }
        Ok(())
    }
}

/// The Worker of a project with `no_bundle`: the entry as it is, and what was found around it.
///
/// # Errors
/// The entry cannot be read or is not JavaScript.
pub(crate) fn without_bundling(plan: &Plan) -> Result<Bundle, BundleError> {
    let additional = Additional::find(plan)?;
    let mut watch = WatchList { files: vec![plan.entry.clone()], ..WatchList::default() };
    additional.watch(&mut watch);
    let watch = watch.normalize();
    let fail = |diagnostic| BundleError { diagnostics: vec![diagnostic], watch: watch.clone() };
    let source = fs::read_to_string(&plan.entry).map_err(|error| {
        let shown = relative(&plan.root, &plan.entry);
        fail(Diagnostic::error(format!("Could not read the entry point \"{shown}\": {error}")))
    })?;
    let exports = entry::exports(&plan.root, &plan.entry, &source).map_err(&fail)?;
    let main = plan.main_name();
    let kind = crate::output::ModuleKind::EsModule;
    let mut modules = vec![Module { name: main.clone(), kind, contents: Bytes::from(source), source_map: None }];
    modules.extend(additional.modules());
    Ok(Bundle {
        main,
        modules,
        format: WorkerFormat::of(&exports),
        exports,
        watch,
        warnings: plan.warnings.clone(),
        inputs: Vec::new(),
    })
}
