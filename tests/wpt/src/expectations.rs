//! What is expected of a suite (`expectations/SUITE.json`): every subtest passes, but for those listed, each with its
//! reason.
//!
//! A subtest is listed by its name, in which `*` stands for any text: then every subtest that matches must fail. What
//! *fails* is a defect, or something that is not there. What *differs* is meant to be so, because the hosted platform
//! does the same; it is left out of the total.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};

/// A suite's expectations, by file.
pub type Expectations = BTreeMap<String, FileExpectations>;

/// What is expected of a file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct FileExpectations {
    /// Why it does not run to its end, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Why the whole file is not run: what it tests is meant to be different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Subtests that fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fails: Vec<Group>,
    /// Subtests that fail or pass as it happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varies: Vec<Group>,
    /// Subtests that are meant to fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Group>,
}

/// Subtests with one reason.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Why.
    pub reason: String,
    /// Their names, or patterns.
    pub subtests: Vec<String>,
}

/// How a subtest is expected to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It passes.
    Pass,
    /// It fails.
    Fail,
    /// It fails, and is left out of the total.
    Differ,
    /// It does either, and counts as one that fails.
    Vary,
}

impl FileExpectations {
    /// What is expected of a subtest.
    pub fn of(&self, name: &str) -> Expected {
        let listed = |groups: &[Group]| groups.iter().flat_map(|group| &group.subtests).any(|p| matches(p, name));
        if listed(&self.varies) {
            Expected::Vary
        } else if listed(&self.differs) {
            Expected::Differ
        } else if listed(&self.fails) {
            Expected::Fail
        } else {
            Expected::Pass
        }
    }

    /// All patterns that something has to match.
    pub fn patterns(&self) -> impl Iterator<Item = &String> {
        self.fails.iter().chain(&self.differs).flat_map(|group| &group.subtests)
    }

    /// All reasons.
    pub fn reasons(&self) -> impl Iterator<Item = &String> {
        let groups = self.fails.iter().chain(&self.varies).chain(&self.differs).map(|group| &group.reason);
        groups.chain(&self.broken).chain(&self.skipped)
    }

    /// Adds a subtest that fails, with a reason that is still to be written.
    pub fn add_failure(&mut self, name: &str, reason: &str) {
        let name = name.replace('*', "\\*");
        match self.fails.iter_mut().find(|group| group.reason == reason) {
            Some(group) => group.subtests.push(name),
            None => self.fails.push(Group { reason: reason.to_owned(), subtests: vec![name] }),
        }
    }

    /// Takes out the patterns for which `keep` is false.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        for groups in [&mut self.fails, &mut self.differs] {
            groups.iter_mut().for_each(|group| group.subtests.retain(|pattern| keep(pattern)));
            groups.retain(|group| !group.subtests.is_empty());
        }
    }
}

/// Whether a name matches a pattern: `*` stands for any text, `\*` for itself.
pub fn matches(pattern: &str, name: &str) -> bool {
    const STAR: char = '\u{f0000}';
    let escaped = pattern.replace("\\*", &STAR.to_string());
    let literal = |part: &str| part.replace(STAR, "*");
    let mut parts = escaped.split('*');
    let first = literal(parts.next().unwrap_or_default());
    let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
    let mut parts: Vec<String> = parts.map(literal).collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(&part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(&last)
}

/// Reads a suite's expectations; there are none where there is no file.
///
/// # Errors
/// The file cannot be read, or is not what it should be.
pub fn read(file: &Path) -> io::Result<Expectations> {
    match fs::read_to_string(file) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|error| io::Error::other(format!("{}: {error}", file.display())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Expectations::new()),
        Err(error) => Err(error),
    }
}

/// Writes a suite's expectations.
///
/// # Errors
/// The file cannot be written.
pub fn write(file: &Path, expectations: &Expectations) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(expectations)?;
    text.push('\n');
    fs::write(file, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("a*c", "abc"));
        assert!(matches("a*", "a"));
        assert!(matches("*b*", "abc"));
        assert!(matches("abc", "abc"));
        assert!(!matches("abc", "abcd"));
        assert!(!matches("a*b", "abc"));
        assert!(matches("a\\*", "a*"));
        assert!(!matches("a\\*", "ab"));
        assert!(!matches("a*a", "a"));
    }

    #[test]
    fn a_difference_goes_before_a_failure() {
        let group = |pattern: &str| vec![Group { reason: "r".into(), subtests: vec![pattern.into()] }];
        let file = FileExpectations { fails: group("a*"), differs: group("ab"), ..Default::default() };
        assert_eq!(file.of("ab"), Expected::Differ);
        assert_eq!(file.of("ac"), Expected::Fail);
        assert_eq!(file.of("b"), Expected::Pass);
    }
}
