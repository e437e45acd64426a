//! What a test file's source says: its `// META:` lines and how many subtests it declares
//! (<https://web-platform-tests.org/writing-tests/testharness.html>).

/// The directives at the head of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The global scopes that it is for, if it says so.
    pub globals: Option<Vec<String>>,
    /// The scripts to run before it, as it names them.
    pub scripts: Vec<String>,
    /// Whether it asks for more time.
    pub long: bool,
    /// The query strings that it is to be run with, one after the other.
    pub variants: Vec<String>,
}

impl Meta {
    /// Reads the directives.
    pub fn of(source: &str) -> Self {
        let mut meta = Self::default();
        for line in source.lines() {
            let Some(comment) = line.trim_start().strip_prefix("//") else {
                if line.trim().is_empty() {
                    continue;
                }
                break;
            };
            let Some((key, value)) =
                comment.trim_start().strip_prefix("META:").and_then(|directive| directive.trim().split_once('='))
            else {
                continue;
            };
            let value = value.trim();
            match key.trim() {
                "global" => meta.globals = Some(value.split(',').map(|name| name.trim().to_owned()).collect()),
                "script" => meta.scripts.push(value.to_owned()),
                "timeout" => meta.long = value == "long",
                "variant" => meta.variants.push(value.to_owned()),
                _ => {}
            }
        }
        if meta.variants.is_empty() {
            meta.variants.push(String::new());
        }
        meta
    }

    /// Whether the file is for a scope outside of a window.
    pub fn applies(&self) -> bool {
        let outside = ["worker", "dedicatedworker", "sharedworker", "serviceworker", "jsshell"];
        self.globals.as_ref().is_none_or(|globals| globals.iter().any(|name| outside.contains(&name.as_str())))
    }
}

/// How many subtests a source declares at least: calls of `test`, `promise_test` and `async_test`. A loop around a
/// call declares more; that only a run can tell.
pub fn declared(source: &str) -> usize {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    ["test(", "promise_test(", "async_test("]
        .iter()
        .flat_map(|call| source.match_indices(call))
        .filter(|(at, _)| {
            let line = source[..*at].rfind('\n').map_or(0, |newline| newline + 1);
            let before = &source[line..*at];
            !before.ends_with(is_name) && !before.trim_start().starts_with("//") && !before.ends_with("function ")
        })
        .count()
}

/// The scripts that a file's directives name, as paths from the root of the tests.
pub fn script_path(file: &str, script: &str) -> String {
    let joined = match script.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => format!("{}/{script}", file.rsplit_once('/').map_or("", |(folder, _)| folder)),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read() {
        let meta = Meta::of(
            "// Copyright\n// META: title=x\n// META: global=window,worker\n//META: script=../a.js\n\n// META: timeout=long\n// META: variant=?1-2\n'use strict';\n// META: script=late.js",
        );
        assert_eq!(meta.globals, Some(vec!["window".to_owned(), "worker".to_owned()]));
        assert_eq!(meta.scripts, ["../a.js"]);
        assert!(meta.long);
        assert_eq!(meta.variants, ["?1-2"]);
        assert!(meta.applies());
    }

    #[test]
    fn a_file_for_windows_only_does_not_apply() {
        assert!(!Meta::of("// META: global=window").applies());
        assert!(!Meta::of("// META: global=shadowrealm").applies());
        assert!(Meta::of("// META: global=window,dedicatedworker").applies());
        assert!(Meta::of("test(() => {});").applies());
    }

    #[test]
    fn declared_subtests_are_counted() {
        let source = "test(() => {});\n  promise_test(async t => {}, 'a'); async_test(t => {});\n// test(old)\nregexp.test('x'); promise_rejects(t); function test(x) {}";
        assert_eq!(declared(source), 3);
    }

    #[test]
    fn scripts_are_resolved() {
        assert_eq!(script_path("a/b/c.any.js", "../x.js"), "a/x.js");
        assert_eq!(script_path("a/b/c.any.js", "/common/x.js"), "common/x.js");
        assert_eq!(script_path("a/b/c.any.js", "r/x.js"), "a/b/r/x.js");
    }
}
