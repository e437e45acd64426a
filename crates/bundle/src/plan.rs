//! A build's options, checked and put in the form the build needs.

use std::path::{Path, PathBuf};

use rolldown::{
    BundlerOptions, BundlerTransformOptions, ChecksOptions, CodeSplittingMode, ExperimentalOptions, InputItem,
    OutputFormat, Platform, RawMinifyOptions, ResolveOptions, SourceMapType, TsConfig,
};
use rolldown_common::{Either, JsxOptions};

use crate::{
    diagnostic::{BundleError, Diagnostic},
    entry,
    options::BundleOptions,
    rules::Rules,
};

/// What stays the same over all builds of a [`Bundler`](crate::Bundler).
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) options: BundleOptions,
    /// The project's root, canonical.
    pub(crate) root: PathBuf,
    /// The folder that module names are relative to, canonical.
    pub(crate) base: PathBuf,
    /// The entry point, canonical.
    pub(crate) entry: PathBuf,
    pub(crate) rules: Rules,
    /// Warnings about the options themselves, part of every build's.
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Plan {
    /// Checks the options against the file system.
    ///
    /// # Errors
    /// A folder or the entry point is missing or unfit; a rule has a broken glob.
    pub(crate) fn new(options: BundleOptions) -> Result<Self, BundleError> {
        let folder = |path: &Path, name: &str| {
            path.canonicalize().ok().filter(|path| path.is_dir()).ok_or_else(|| {
                BundleError::from_one(Diagnostic::error(format!("The {name} \"{}\" is not a folder.", path.display())))
            })
        };
        let root = folder(&options.project_root, "project root")?;
        let entry = entry::find(&root, &options.entry, options.no_bundle)?;
        let base = match &options.base_dir {
            Some(base) => folder(&root.join(base), "\"base_dir\"")?,
            None => entry.parent().unwrap_or(&root).to_path_buf(),
        };
        let (rules, warnings) = Rules::new(&options.rules).map_err(BundleError::from_one)?;
        Ok(Self { options, root, base, entry, rules, warnings })
    }

    /// The name of the main module: the entry's own, as JavaScript.
    pub(crate) fn main_name(&self) -> String {
        if self.options.no_bundle { relative(&self.base, &self.entry) } else { format!("{}.js", self.stem()) }
    }

    fn stem(&self) -> String {
        let stem = self.entry.file_stem().unwrap_or_default();
        safe_name(&stem.to_string_lossy())
    }

    /// The build as rolldown is told it.
    pub(crate) fn engine_options(&self) -> BundlerOptions {
        let options = &self.options;
        BundlerOptions {
            input: Some(vec![InputItem { name: Some(self.stem()), import: self.entry.to_string_lossy().into_owned() }]),
            cwd: Some(self.root.clone()),
            // Nothing is written: the folder only makes a source map's paths relative to the root.
            dir: Some(".".into()),
            entry_filenames: Some(self.main_name().into()),
            platform: Some(Platform::Browser),
            format: Some(OutputFormat::Esm),
            sourcemap: Some(SourceMapType::Hidden),
            code_splitting: Some(CodeSplittingMode::Bool(false)),
            resolve: Some(ResolveOptions {
                condition_names: Some(options.conditions.clone()),
                main_fields: Some(options.main_fields.clone()),
                ..ResolveOptions::default()
            }),
            tsconfig: options.tsconfig.clone().map(TsConfig::Manual),
            define: Some(self.defines().collect()),
            transform: Some(BundlerTransformOptions { jsx: self.jsx(), ..BundlerTransformOptions::default() }),
            // What is not minified still loses dead branches, as with esbuild.
            minify: options.minify.then_some(RawMinifyOptions::Bool(true)),
            keep_names: Some(options.keep_names),
            experimental: Some(ExperimentalOptions { incremental_build: Some(true), ..ExperimentalOptions::default() }),
            checks: Some(ChecksOptions {
                // These speak of rolldown's own configuration or of chunks, and we have neither.
                circular_dependency: Some(false),
                ineffective_dynamic_import: Some(false),
                mixed_exports: Some(false),
                plugin_timings: Some(false),
                prefer_builtin_feature: Some(false),
                configuration_field_conflict: Some(false),
                ..ChecksOptions::default()
            }),
            ..BundlerOptions::default()
        }
    }

    fn defines(&self) -> impl Iterator<Item = (String, String)> {
        let mode = if self.options.development { "\"development\"" } else { "\"production\"" };
        let mut define = self.options.define.clone();
        define.entry("process.env.NODE_ENV".into()).or_insert_with(|| mode.into());
        define.into_iter()
    }

    fn jsx(&self) -> Option<Either<String, JsxOptions>> {
        let BundleOptions { jsx_factory, jsx_fragment, .. } = &self.options;
        (jsx_factory.is_some() || jsx_fragment.is_some()).then(|| {
            Either::Right(JsxOptions {
                runtime: Some("classic".into()),
                pragma: jsx_factory.clone(),
                pragma_frag: jsx_fragment.clone(),
                ..JsxOptions::default()
            })
        })
    }
}

/// A path relative to a folder with forward slashes; as it is when it lies elsewhere.
pub(crate) fn relative(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

/// A file name with nothing in it that a specifier or a string literal would have to escape.
pub(crate) fn safe_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect()
}
