//! The crate from outside: text in, manifest or diagnostics out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod bindings;
mod environments;
mod errors;
mod files;
mod manifest;
mod robustness;

use selvedge_config::{CivilDate, ConfigError, Diagnostic, LoadOptions, Loaded, Manifest, Style, parse};

/// A day that is today for every test.
fn options() -> LoadOptions {
    LoadOptions::new(CivilDate::new(2025, 7, 1).unwrap())
}

fn env(name: &str) -> LoadOptions {
    LoadOptions { env: Some(name.to_owned()), ..options() }
}

/// What every Worker needs, before the lines of a test.
const HEAD: &str = "name = \"w\"\nmain = \"i.ts\"\ncompatibility_date = \"2025-06-01\"\n";

fn toml(text: &str) -> Result<Loaded, ConfigError> {
    parse(&format!("{HEAD}{text}"), "wrangler.toml", &options())
}

fn manifest(text: &str) -> Manifest {
    let loaded = toml(text).unwrap_or_else(|error| panic!("{}", error.render(Style::Plain)));
    assert_eq!(loaded.warnings, [], "{text}");
    loaded.manifest
}

/// The diagnostics of a text that is refused.
fn refused(text: &str) -> Vec<Diagnostic> {
    match toml(text) {
        Ok(loaded) => panic!("taken: {:?}", loaded.manifest),
        Err(error) => error.diagnostics().to_vec(),
    }
}

/// The one diagnostic of a text, as `line:column message`.
fn only(diagnostics: &[Diagnostic]) -> String {
    let [one] = diagnostics else {
        panic!("not one: {diagnostics:#?}");
    };
    format!("{}:{} {}", one.location().line, one.location().column, one.message())
}
