//! Module rules: which files are text, data, WebAssembly or modules of their own.
//!
//! The project's rules come first, wrangler's defaults after them. A rule that does not say
//! `fallthrough = true` ends its kind: later rules of that kind are set aside, and a file that only
//! such a rule matches is an error, because the project evidently meant something else.
//! (`parseRules` and `DEFAULT_MODULE_RULES` in wrangler's `deployment-bundle/rules.ts`.)

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{
    diagnostic::Diagnostic,
    options::{ModuleRule, RuleKind},
};

/// The rules of a build, ready to match.
#[derive(Debug)]
pub(crate) struct Rules {
    active: Vec<Compiled>,
    set_aside: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    rule: ModuleRule,
    globs: GlobSet,
}

/// What the rules say of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No rule knows it.
    None,
    /// It is of this kind.
    Kind(RuleKind),
    /// Only a rule that was set aside knows it; the text says so.
    SetAside(String),
}

impl Rules {
    /// Compiles the project's rules and the defaults. Also gives the warnings about rules set
    /// aside.
    ///
    /// # Errors
    /// A glob that is not one.
    pub(crate) fn new(project: &[ModuleRule]) -> Result<(Self, Vec<Diagnostic>), Diagnostic> {
        let mut rules = Self { active: Vec::new(), set_aside: Vec::new() };
        let mut warnings = Vec::new();
        // The first rule of each kind that ended it.
        let mut ended: Vec<(usize, &ModuleRule)> = Vec::new();
        let defaults = defaults();
        for (index, rule) in project.iter().chain(&defaults).enumerate() {
            let compiled = Compiled { rule: rule.clone(), globs: compile(rule)? };
            if let Some((position, earlier)) = ended.iter().find(|(_, earlier)| earlier.kind == rule.kind) {
                if earlier.fallthrough.is_none() {
                    warnings.push(ignored(index, rule, *position, earlier, index >= project.len()));
                }
                rules.set_aside.push(compiled);
                continue;
            }
            if rule.fallthrough != Some(true) {
                ended.push((index, rule));
            }
            rules.active.push(compiled);
        }
        Ok((rules, warnings))
    }

    /// What the rules say of an import specifier, or of a path relative to the modules' folder.
    pub(crate) fn judge(&self, path: &str) -> Verdict {
        if let Some(found) = self.active.iter().find(|compiled| compiled.globs.is_match(path)) {
            return Verdict::Kind(found.rule.kind);
        }
        match self.set_aside.iter().find(|compiled| compiled.globs.is_match(path)) {
            Some(found) => Verdict::SetAside(format!(
                "The file {path} matched a module rule in your configuration ({}), but was ignored because \
                 a previous rule with the same type was not marked as `fallthrough = true`.",
                describe(&found.rule)
            )),
            None => Verdict::None,
        }
    }
}

/// Wrangler's own rules.
fn defaults() -> [ModuleRule; 3] {
    let rule = |kind, globs: &[&str]| ModuleRule {
        kind,
        globs: globs.iter().map(ToString::to_string).collect(),
        fallthrough: None,
    };
    [
        rule(RuleKind::Text, &["**/*.txt", "**/*.html", "**/*.sql"]),
        rule(RuleKind::Data, &["**/*.bin"]),
        rule(RuleKind::CompiledWasm, &["**/*.wasm", "**/*.wasm?module"]),
    ]
}

fn compile(rule: &ModuleRule) -> Result<GlobSet, Diagnostic> {
    let mut set = GlobSetBuilder::new();
    let wrong = |error: globset::Error| {
        Diagnostic::error(format!("The module rule {} has a glob that cannot be used: {error}", describe(rule)))
            .note("A glob is written as in \"**/*.md\": `*` stands for any name, `**` for any folders.")
    };
    for glob in &rule.globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(wrong)?);
    }
    set.build().map_err(wrong)
}

/// The warning for a rule that another of its kind ended. A default rule is ignored without one
/// when the project's rule names it all.
fn ignored(index: usize, rule: &ModuleRule, position: usize, earlier: &ModuleRule, is_default: bool) -> Diagnostic {
    let what =
        if is_default { "The default module rule".to_owned() } else { format!("The module rule at position {index}") };
    Diagnostic::warning(format!(
        "{what} ({}) has the same type as a previous rule (at position {position}, {}). This rule will be ignored.",
        describe(rule),
        describe(earlier)
    ))
    .note(
        "To use both, add `fallthrough = true` to the previous rule; to silence this warning, add `fallthrough = false`.",
    )
}

/// A rule as a wrangler file writes it.
fn describe(rule: &ModuleRule) -> String {
    let globs: Vec<_> = rule.globs.iter().map(|glob| format!("{glob:?}")).collect();
    format!("{{\"type\":\"{}\",\"globs\":[{}]}}", rule.kind.name(), globs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: RuleKind, glob: &str, fallthrough: Option<bool>) -> ModuleRule {
        ModuleRule { kind, globs: vec![glob.into()], fallthrough }
    }

    #[test]
    fn the_defaults_are_wranglers() {
        let (rules, warnings) = Rules::new(&[]).unwrap();
        assert!(warnings.is_empty());
        for (path, kind) in [
            ("./a.txt", RuleKind::Text),
            ("../views/page.html", RuleKind::Text),
            ("schema.sql", RuleKind::Text),
            ("./x/y.bin", RuleKind::Data),
            ("./m.wasm", RuleKind::CompiledWasm),
            ("pkg/m.wasm?module", RuleKind::CompiledWasm),
        ] {
            assert_eq!(rules.judge(path), Verdict::Kind(kind), "{path}");
        }
        assert_eq!(rules.judge("./a.ts"), Verdict::None);
        assert_eq!(rules.judge("./a.txt.ts"), Verdict::None);
    }

    #[test]
    fn a_rule_without_fallthrough_sets_the_default_aside() {
        let (rules, warnings) = Rules::new(&[rule(RuleKind::Text, "**/*.md", None)]).unwrap();
        assert_eq!(rules.judge("./a.md"), Verdict::Kind(RuleKind::Text));
        let Verdict::SetAside(text) = rules.judge("./a.txt") else { panic!("not set aside") };
        assert!(text.contains("not marked as `fallthrough = true`"), "{text}");
        assert_eq!(warnings.len(), 1);
        let silent = Rules::new(&[rule(RuleKind::Text, "**/*.md", Some(false))]).unwrap().1;
        assert!(silent.is_empty());
    }

    #[test]
    fn a_rule_with_fallthrough_adds_to_the_default() {
        let (rules, warnings) = Rules::new(&[rule(RuleKind::Text, "**/*.md", Some(true))]).unwrap();
        assert!(warnings.is_empty());
        assert_eq!(rules.judge("./a.md"), Verdict::Kind(RuleKind::Text));
        assert_eq!(rules.judge("./a.txt"), Verdict::Kind(RuleKind::Text));
    }

    #[test]
    fn a_broken_glob_is_named() {
        let error = Rules::new(&[rule(RuleKind::Data, "**/*.{a", None)]).unwrap_err();
        assert!(error.message.contains("**/*.{a"), "{}", error.message);
    }
}
