//! The entry point before the build: whether it is there, whether it can be run, what it exports.

use std::path::{Path, PathBuf};

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use oxc_syntax::module_record::ExportExportName;

use crate::{
    diagnostic::{BundleError, Diagnostic},
    frame,
    output::WatchList,
    plan::relative,
};

/// The extensions of code that the bundler reads.
pub(crate) const CODE: [&str; 8] = ["ts", "tsx", "js", "jsx", "mjs", "mts", "cjs", "cts"];

/// Finds the entry point and refuses what cannot be one.
///
/// # Errors
/// It is missing, no file, or not code that can be run this way.
pub(crate) fn find(root: &Path, entry: &Path, no_bundle: bool) -> Result<PathBuf, BundleError> {
    let path = root.join(entry);
    let shown = relative(root, &path);
    let Ok(path) = path.canonicalize() else {
        let error = Diagnostic::error(format!("The entry-point file at \"{shown}\" was not found."))
            .note("Set \"main\" in the wrangler file to the file that the Worker starts in.");
        let directories = path.parent().filter(|parent| parent.is_dir()).map(Path::to_path_buf);
        let watch = WatchList { files: vec![path], directories: directories.into_iter().collect() };
        return Err(BundleError { diagnostics: vec![error], watch });
    };
    if path.is_dir() {
        return Err(BundleError::from_one(
            Diagnostic::error(format!("The entry point \"{shown}\" is a folder, not a file."))
                .note("Set \"main\" in the wrangler file to a file, as in \"main\": \"src/index.ts\"."),
        ));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if extension == "py" {
        return Err(BundleError::from_one(Diagnostic::error(format!(
            "The entry point \"{shown}\" is Python. Python Workers are not supported."
        ))));
    }
    if !CODE.contains(&extension) {
        return Err(BundleError::from_one(
            Diagnostic::error(format!("The entry point \"{shown}\" is neither JavaScript nor TypeScript."))
                .note(format!("Its name should end in one of: .{}.", CODE.join(", ."))),
        ));
    }
    if no_bundle && matches!(extension, "ts" | "tsx" | "mts" | "cts" | "jsx") {
        let language = if extension == "jsx" { "JSX" } else { "TypeScript" };
        return Err(BundleError::from_one(
            Diagnostic::error(format!(
                "The entry point \"{shown}\" is {language}, but \"no_bundle\" takes files as they are."
            ))
            .note("Remove \"no_bundle\" to have it compiled, or set \"main\" to compiled JavaScript."),
        ));
    }
    Ok(path)
}

/// The names that a JavaScript file exports; those behind `export *` are not among them.
///
/// # Errors
/// The first syntax error, with its place.
pub(crate) fn exports(root: &Path, path: &Path, source: &str) -> Result<Vec<String>, Diagnostic> {
    let allocator = Allocator::default();
    let kind = SourceType::from_path(path).unwrap_or_default().with_module(true);
    let parsed = Parser::new(&allocator, source, kind).parse();
    if let Some(error) = parsed.diagnostics.first() {
        let label = error.labels.first();
        let place = label
            .map(|label| frame::at_offset(relative(root, path), source, label.offset() as usize, label.len() as usize));
        let diagnostic = Diagnostic::error(error.message.to_string()).at(place);
        return Err(match &error.help {
            Some(help) => diagnostic.note(help.to_string()),
            None => diagnostic,
        });
    }
    let record = &parsed.module_record;
    let mut names: Vec<String> = Vec::new();
    for entry in record.local_export_entries.iter().chain(&record.indirect_export_entries) {
        match &entry.export_name {
            ExportExportName::Default(_) => names.push("default".into()),
            ExportExportName::Name(name) => names.push(name.name.to_string()),
            ExportExportName::Null => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Result<Vec<String>, Diagnostic> {
        exports(Path::new("/p"), Path::new("/p/a.js"), source)
    }

    #[test]
    fn reads_every_form_of_export() {
        let source = "export default {}; export class A {} export const b = 1; export { c as d } from './c.js'; export * as e from './e.js'; export * from './f.js'";
        assert_eq!(names(source).unwrap(), ["default", "A", "b", "d", "e"]);
        assert_eq!(names("addEventListener('fetch', () => {})").unwrap(), [""; 0]);
        assert_eq!(names("const h = {}; export { h as default }").unwrap(), ["default"]);
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let error = names("const a = 1;\nconst = 2;").unwrap_err();
        let location = error.location.unwrap();
        assert_eq!((location.file.as_str(), location.line, location.column), ("a.js", 2, 6));
    }
}
