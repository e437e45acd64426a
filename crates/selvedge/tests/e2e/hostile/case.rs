//! A hostile Worker's file, read: what it attacks, how it is configured, what must become of it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// One Worker.
pub(super) struct Case {
    /// The name of the file or folder: the Worker's.
    pub(super) name: String,
    /// Its files, the entry among them as `index.js`.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Keys of its wrangler file, over those that all have.
    pub(super) config: Value,
    /// Its requests, in their order.
    pub(super) steps: Vec<Step>,
}

/// A request to a hostile Worker.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// Its path.
    pub(super) path: String,
    /// What must come back.
    pub(super) expected: Expected,
    /// What the operator must read about it.
    pub(super) log: Option<String>,
}

/// What a request must end with.
#[derive(Debug, PartialEq)]
pub(super) enum Expected {
    /// The platform's page for an error: the status, the error's number.
    Page(u16, u16),
    /// The Worker's own answer: the status, all of the body.
    Body(u16, String),
    /// The Worker's own answer, whatever it says.
    Any(u16),
    /// An answer that breaks off.
    Broken,
    /// Error 1102, and so is what comes next, for a while.
    Refused,
    /// Error 1102, and then that or a new instance: it depends on how fast the machine is.
    Ended,
}

impl Case {
    /// All of a folder's, by name. What they have in common is in `common/` and goes with each.
    pub(super) fn all(folder: &Path) -> Vec<Self> {
        let common = files(&folder.join("common"), "common/");
        let mut cases = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            let (name, mut own) = if path.is_dir() && file != "common" {
                (file, files(&path, ""))
            } else if let Some(name) = file.strip_suffix(".js") {
                (name, vec![("index.js".to_owned(), fs::read(&path).unwrap())])
            } else {
                continue;
            };
            let (_, entry) = own.iter().find(|(path, _)| path == "index.js").unwrap();
            let (config, steps) = head(name, str::from_utf8(entry).unwrap());
            own.extend(common.iter().cloned());
            cases.push(Self { name: name.to_owned(), files: own, config, steps });
        }
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        cases
    }

    /// The first word of its name.
    pub(super) fn group(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }
}

/// The files of a folder with their contents.
fn files(folder: &Path, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap()), fs::read(&path).unwrap()))
        .collect()
}

/// Reads the comment at a file's head.
fn head(name: &str, source: &str) -> (Value, Vec<Step>) {
    let lines: Vec<&str> = source.lines().map_while(|line| line.strip_prefix("// ")).collect();
    assert!(lines.first().is_some_and(|line| line.starts_with("Attacks: ")), "{name} does not say what it attacks");
    let mut config = json!({});
    let mut steps = Vec::new();
    for line in lines {
        if let Some(keys) = line.strip_prefix("Config: ") {
            config = serde_json::from_str(keys).unwrap_or_else(|error| panic!("{name}: {error}"));
        } else if let Some(step) = line.strip_prefix("Expect ") {
            steps.push(expectation(step).unwrap_or_else(|| panic!("{name}: cannot read {line:?}")));
        }
    }
    assert!(!steps.is_empty(), "{name} does not say what must become of it");
    (config, steps)
}

/// Reads `PATH: WHAT`, and `, log WORDS` where there is that.
fn expectation(text: &str) -> Option<Step> {
    let (path, what) = text.split_once(": ")?;
    let (what, log) = match what.split_once(", log ") {
        Some((what, log)) => (what, Some(log.to_owned())),
        None => (what, None),
    };
    let expected = match what.split_once(' ') {
        None if what == "broken" => Expected::Broken,
        None if what == "refused" => Expected::Refused,
        None if what == "ended" => Expected::Ended,
        None => Expected::Any(what.parse().ok()?),
        Some((status, rest)) => {
            let status = status.parse().ok()?;
            match rest.strip_prefix("error ") {
                Some(code) => Expected::Page(status, code.parse().ok()?),
                None => Expected::Body(status, rest.to_owned()),
            }
        }
    };
    Some(Step { path: path.to_owned(), expected, log })
}

#[test]
fn a_head_is_read() {
    let source = "// Attacks: nothing.\n// Config: {\"a\":1}\n// Expect /x: 503 error 1102\n// Expect /y: 200 all, and more\n\
        // Expect /z: broken, log a b\n// Expect /?a=b: 200\ncode;\n// Expect /no: 200\n";
    let (config, steps) = head("x", source);
    assert_eq!(config, json!({ "a": 1 }));
    let step = |path: &str, expected, log: Option<&str>| Step { path: path.into(), expected, log: log.map(Into::into) };
    assert_eq!(
        steps,
        [
            step("/x", Expected::Page(503, 1102), None),
            step("/y", Expected::Body(200, "all, and more".into()), None),
            step("/z", Expected::Broken, Some("a b")),
            step("/?a=b", Expected::Any(200), None),
        ]
    );
}
