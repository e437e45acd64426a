use std::fs;

use crate::{HEAD, options};
use selvedge_config::{ConfigError, find, load, load_local_vars};

#[test]
fn a_file_is_found_in_wranglers_order_and_above() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("wrangler.toml"), "").unwrap();
    assert_eq!(find(&inner), Some(inner.join("wrangler.toml")));
    fs::write(inner.join("wrangler.jsonc"), "").unwrap();
    assert_eq!(find(&inner), Some(inner.join("wrangler.jsonc")));
    fs::write(dir.path().join("wrangler.json"), "").unwrap();
    assert_eq!(find(&inner), Some(dir.path().join("wrangler.json")));
}

#[test]
fn the_files_a_configuration_names_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrangler.toml");
    fs::write(&path, format!("{HEAD}assets = {{ directory = \"public\" }}\ntext_blobs = {{ T = \"t.txt\" }}\n"))
        .unwrap();
    let error = load(&path, &options()).unwrap_err();
    let messages: Vec<_> = error.diagnostics().iter().map(|one| one.message()).collect();
    assert_eq!(
        messages,
        [
            "The entry-point file at \"i.ts\" was not found.",
            "The directory specified by the \"assets.directory\" field does not exist: \"public\".",
            "The file of the Text Blob T was not found: \"t.txt\".",
        ]
    );
    fs::write(dir.path().join("i.ts"), "").unwrap();
    fs::write(dir.path().join("t.txt"), "").unwrap();
    fs::create_dir(dir.path().join("public")).unwrap();
    let loaded = load(&path, &options()).unwrap();
    assert_eq!(loaded.resolve("i.ts"), dir.path().join("i.ts"));
}

#[test]
fn a_build_command_may_make_the_entry_point() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrangler.toml");
    fs::write(&path, format!("{HEAD}build = {{ command = \"make\" }}\n")).unwrap();
    assert!(load(&path, &options()).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let missing = load(&dir.path().join("wrangler.toml"), &options()).unwrap_err();
    assert!(matches!(missing, ConfigError::Read { .. }), "{missing}");
    let binary = dir.path().join("wrangler.json");
    fs::write(&binary, b"{\xff}").unwrap();
    assert!(matches!(load(&binary, &options()), Err(ConfigError::NotUtf8 { at: 1, .. })));
    let yaml = dir.path().join("wrangler.yaml");
    fs::write(&yaml, "").unwrap();
    assert!(matches!(load(&yaml, &options()), Err(ConfigError::UnknownSyntax { .. })));
}

#[test]
fn required_secrets_choose_among_local_ones() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".dev.vars"), "A=1\nOTHER=2\n").unwrap();
    let vars = load_local_vars(dir.path(), None).unwrap();
    let some = vars.secrets_for(&crate::manifest("secrets = { required = [\"A\", \"B\"] }\n"));
    assert_eq!(some.values.keys().collect::<Vec<_>>(), ["A"]);
    assert_eq!(some.missing, ["B"]);
    let all = vars.secrets_for(&crate::manifest(""));
    assert_eq!(all.values.len(), 2);
}

#[test]
fn an_error_without_frames_is_one_line() {
    let error = load(std::path::Path::new("/nonexistent/wrangler.toml"), &options()).unwrap_err();
    assert!(error.diagnostics().is_empty());
    assert_eq!(error.render(selvedge_config::Style::Plain).lines().count(), 1);
}
