//! rolldown's diagnostics in our words.
//!
//! rolldown tells what went wrong and where it starts; how it prints that is its own taste, and
//! some of what it only warns of is an error for a Worker: an import that nothing resolves cannot
//! be left to the runtime, which knows no packages. The headlines are esbuild's, since those are
//! what people search for, the hint for Node's built-ins is wrangler's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rolldown_error::{BuildDiagnostic, DiagnosticOptions, EventKind};

use crate::{
    diagnostic::{Diagnostic, Location, Severity},
    engine, frame,
    output::WatchList,
    plan::{Plan, relative},
    plugin::{node_builtin, normalize, unknown_extension},
    rules::Verdict,
};

/// Turns what rolldown says into diagnostics, and notes where a repair may appear.
pub(crate) struct Report<'a> {
    plan: &'a Plan,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) watch: WatchList,
}

impl<'a> Report<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { plan, diagnostics: Vec::new(), watch: WatchList::default() }
    }

    /// Whether any of it stops the build.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Adds one.
    pub(crate) fn add(&mut self, raw: &BuildDiagnostic) {
        let cooked = raw.to_diagnostic_with(&DiagnosticOptions { cwd: self.plan.root.clone() });
        let text = cooked.convert_to_string(false);
        let location =
            cooked.get_primary_location().and_then(|(file, line, column, _)| self.locate(&file, line, column));
        let title = raw.to_message_with(&DiagnosticOptions { cwd: self.plan.root.clone() });
        let diagnostic = match raw.kind() {
            EventKind::UnresolvedImport | EventKind::ResolveError => self.unresolved(raw, &text),
            EventKind::MissingExportError => missing_export(&title),
            EventKind::UnloadableDependencyError => self.unloadable(&title),
            EventKind::UnhandleableError | EventKind::PluginError => internal(&title),
            EventKind::Eval => eval(),
            EventKind::ParseError => parse_error(&title, location.as_ref()),
            _ if raw.severity() == rolldown_error::Severity::Error => Diagnostic::error(title),
            _ => Diagnostic::warning(title),
        };
        let diagnostic =
            hints(&text).into_iter().fold(diagnostic.at(location), |diagnostic, hint| diagnostic.note(hint));
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn locate(&self, file: &str, line: usize, column: usize) -> Option<Location> {
        let path = self.plan.root.join(file);
        let source = fs::read_to_string(&path).ok()?;
        frame::at_line(relative(&self.plan.root, &path), &source, line, column)
    }

    fn unresolved(&mut self, raw: &BuildDiagnostic, text: &str) -> Diagnostic {
        let specifier = raw.exporter().unwrap_or_default();
        let error = Diagnostic::error(format!("Could not resolve \"{specifier}\""));
        let importer = raw.id().map(PathBuf::from).unwrap_or_default();
        if node_builtin(&specifier).is_some() {
            let hint = self.plan.options.nodejs_compat.hint(&specifier);
            return error.note(format!(
                "The package \"{specifier}\" wasn't found on the file system but is built into node.{hint}"
            ));
        }
        if specifier.starts_with('.') || specifier.starts_with('/') {
            let target = normalize(&importer.parent().unwrap_or(&self.plan.root).join(&specifier));
            let note = similar(&target).map(|name| {
                let folder = specifier.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!("Did you mean \"{folder}/{name}\"?")
            });
            self.watch
                .directories
                .extend(target.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_path_buf));
            self.watch.files.push(target);
            return match note {
                Some(note) => error.note(note),
                None => error,
            };
        }
        self.watch.directories.extend([self.plan.root.clone(), self.plan.root.join("node_modules")]);
        error.note(self.package_note(&specifier, &importer, text))
    }

    fn unloadable(&self, title: &str) -> Diagnostic {
        let (path, reason) = unloadable_parts(title);
        if let Verdict::SetAside(text) = self.plan.rules.judge(path) {
            return Diagnostic::error(text);
        }
        let Some(extension) = unknown_extension(path.split('?').next().unwrap_or(path)) else {
            return Diagnostic::error(format!("Could not load \"{path}\": {}", reason.trim_end_matches('.')));
        };
        Diagnostic::error(format!("No loader is configured for \".{extension}\" files: {path}")).note(format!(
            "To import such files as text, add a module rule to the wrangler file: \
             {{ \"type\": \"Text\", \"globs\": [\"**/*.{extension}\"], \"fallthrough\": true }}. Other types are Data and CompiledWasm."
        ))
    }

    /// What is wrong with the import of a package.
    fn package_note(&self, specifier: &str, importer: &Path, text: &str) -> String {
        let name = package_name(specifier);
        let installed = importer.ancestors().any(|folder| folder.join("node_modules").join(name).is_dir());
        if specifier.starts_with('#') {
            return "The \"imports\" field of the nearest package.json does not name it.".into();
        }
        if installed && text.contains("not defined by exports") {
            let subpath = &specifier[name.len()..];
            return format!(
                "The path \".{subpath}\" is not exported by the package \"{name}\" under the conditions {}.",
                quoted(self.plan.options.conditions.iter().map(String::as_str).chain(["import"]))
            );
        }
        if installed {
            return format!(
                "The package \"{name}\" is installed, but has no such file, or none that its package.json names in {}.",
                quoted(["exports"].into_iter().chain(self.plan.options.main_fields.iter().map(String::as_str)))
            );
        }
        if specifier.starts_with("@/") || specifier.starts_with("~") {
            return "This looks like a path alias: it needs an entry in \"compilerOptions.paths\" of tsconfig.json, or \
                    in \"alias\" of the wrangler file."
                .into();
        }
        format!("The package \"{name}\" is not installed. Run `npm install {name}`, or correct the name.")
    }
}

/// The diagnostic for a failure that is rolldown's, or ours in its hands.
pub(crate) fn internal(text: &str) -> Diagnostic {
    let text = text.split_once("issues.\n").map_or(text, |(_, cause)| cause);
    Diagnostic::error(format!("Internal error in the bundler ({}): {}", engine::NAME, text.trim()))
        .note("This is a fault of the bundler, not of the project. Please report it with the files that cause it.")
}

fn eval() -> Diagnostic {
    Diagnostic::warning("Using direct eval with a bundler is not recommended and may cause problems")
        .note("A Worker cannot generate code from strings: the call throws at run time.")
}

fn parse_error(title: &str, location: Option<&Location>) -> Diagnostic {
    let error = Diagnostic::error(title);
    match location {
        Some(place) if place.file.ends_with(".ts") && title.starts_with("Expected `>`") => {
            error.note(format!("If this is JSX, the file's name must end in .tsx: rename it to \"{}x\".", place.file))
        }
        _ => error,
    }
}

fn missing_export(title: &str) -> Diagnostic {
    let parts = title.split_once("\" is not exported by \"").and_then(|(name, rest)| {
        let file = rest.split('"').next()?;
        Some((name.strip_prefix('"')?, file))
    });
    match parts {
        Some((name, file)) => Diagnostic::error(format!("No matching export in \"{file}\" for import \"{name}\"")),
        None => Diagnostic::error(title),
    }
}

/// The path and the reason in rolldown's sentence about a file it could not load.
fn unloadable_parts(title: &str) -> (&str, &str) {
    let rest = title.strip_prefix("Could not load ").unwrap_or(title);
    match rest.split_once(" (imported by ").or_else(|| rest.split_once(" - ")) {
        Some((path, tail)) => (path, tail.rsplit_once(" - ").map_or(tail, |(_, reason)| reason)),
        None => (rest, ""),
    }
}

/// The help and note paragraphs that rolldown draws under its frame; it gives them no other way.
fn hints(text: &str) -> Vec<String> {
    let paragraph = |line: &str| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '│');
        line.strip_prefix("Help: ").or_else(|| line.strip_prefix("Note: ")).map(|hint| hint.trim().to_owned())
    };
    text.lines()
        .filter_map(paragraph)
        .filter(|hint| !hint.contains("rolldown") && !hint.contains("imported by the following"))
        .collect()
}

/// The entry of a folder that was probably meant, in the form of an import.
fn similar(target: &Path) -> Option<String> {
    let wanted = target.file_name()?.to_str()?.to_lowercase();
    let stem = |name: &str| name.split_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let names = fs::read_dir(target.parent()?).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let score = |name: &str| {
        let name = name.to_lowercase();
        strsim::jaro_winkler(&name, &wanted).max(strsim::jaro_winkler(&stem(&name), &stem(&wanted)))
    };
    let mut scored: Vec<_> = names.map(|name| (score(&name), name)).filter(|(score, _)| *score > 0.88).collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    scored.into_iter().next().map(|(_, name)| name)
}

fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1).map_or(specifier.len(), |(index, _)| index);
    &specifier[..end]
}

fn quoted<'t>(names: impl Iterator<Item = &'t str>) -> String {
    let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_keep_their_scope() {
        for (specifier, name) in [("a", "a"), ("a/b/c", "a"), ("@s/a", "@s/a"), ("@s/a/b", "@s/a"), ("@s", "@s")] {
            assert_eq!(package_name(specifier), name);
        }
    }

    #[test]
    fn the_path_and_the_reason_of_a_file_that_does_not_load() {
        let title = "Could not load src/a.md (imported by src/index.ts) - permission denied.";
        assert_eq!(unloadable_parts(title), ("src/a.md", "permission denied."));
        assert_eq!(unloadable_parts("Could not load src/a.ts - gone."), ("src/a.ts", "gone."));
    }

    #[test]
    fn a_missing_export_reads_as_esbuilds() {
        assert_eq!(
            missing_export("\"b\" is not exported by \"src/a.ts\", imported by \"src/index.ts\".").message,
            "No matching export in \"src/a.ts\" for import \"b\""
        );
    }
}
