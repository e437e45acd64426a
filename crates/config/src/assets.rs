//! `assets`: static files in front of a Worker, or instead of one
//! (<https://developers.cloudflare.com/workers/static-assets/>).

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::reader::{FromValue, Node, TableReader, quote};
use crate::value::Kind;

choice! {
    /// How a request finds an HTML page: `html_handling`.
    pub enum HtmlHandling {
        /// `/page` for `page.html`, `/folder/` for `folder/index.html`; other spellings redirect.
        AutoTrailingSlash = "auto-trailing-slash",
        /// Always with the slash.
        ForceTrailingSlash = "force-trailing-slash",
        /// Never with the slash.
        DropTrailingSlash = "drop-trailing-slash",
        /// Paths are file names.
        None = "none",
    }
}

choice! {
    /// What a request that matches no asset gets: `not_found_handling`.
    pub enum NotFoundHandling {
        /// The Worker, or an empty 404.
        None = "none",
        /// `index.html` with 200.
        SinglePageApplication = "single-page-application",
        /// The nearest `404.html` with 404.
        NotFoundPage = "404-page",
    }
}

/// Which requests reach the Worker before the assets: `run_worker_first`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RunWorkerFirst {
    /// All or none.
    Always(bool),
    /// Those whose path matches: rules start with `/`, exceptions with `!/`, and `*` matches anything.
    Paths(Vec<String>),
}

impl Default for RunWorkerFirst {
    fn default() -> Self {
        Self::Always(false)
    }
}

record! {
    /// `assets`.
    pub struct Assets check check {
        /// The folder, relative to the configuration file.
        directory: Option<String>,
        /// The name on `env` through which the Worker fetches assets.
        binding: Option<String>,
        /// How a request finds an HTML page.
        html_handling: Option<HtmlHandling>,
        /// What a request that matches no asset gets.
        not_found_handling: Option<NotFoundHandling>,
        /// Which requests reach the Worker before the assets.
        run_worker_first: Option<RunWorkerFirst>,
    }
}

fn check(assets: &Assets, table: &TableReader<'_>) {
    if assets.directory.is_none() && table.table.get("directory").is_none() {
        let message = "The `assets` property in your configuration is missing the required `directory` property.";
        table.cx.report(
            table
                .cx
                .error(table.span, message)
                .label("\"directory\" is missing here")
                .help("example: directory = \"./public\""),
        );
    }
}

impl FromValue for RunWorkerFirst {
    const TYPE: &'static str = "boolean or string array";

    fn example() -> Json {
        json!(["/api/*"])
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match &node.value.kind {
            Kind::Boolean(value) => Some(Self::Always(*value)),
            Kind::Array(_) => {
                let rules = Vec::<String>::from_value(node)?;
                for complaint in complaints(&rules) {
                    node.cx.report(
                        node.error(format!("Invalid routes in `run_worker_first`: {complaint}."))
                            .label("not a list of rules")
                            .help(node.example(&Self::example())),
                    );
                }
                Some(Self::Paths(rules))
            }
            _ => {
                let message = format!(
                    "The field \"{}\" should be an array of strings or a boolean, but got {}.",
                    node.path,
                    quote(node.value)
                );
                node.cx.report(
                    node.error(message)
                        .label(format!("found {}", node.value.description()))
                        .help(node.example(&Self::example())),
                );
                None
            }
        }
    }
}

/// What hosted has against a list of rules.
fn complaints(rules: &[String]) -> Vec<String> {
    const MOST_RULES: usize = 100;
    const LONGEST_RULE: usize = 100;

    if rules.is_empty() {
        return vec!["no rules were provided; must provide at least 1 rule".to_owned()];
    }
    if rules.len() > MOST_RULES {
        return vec![format!("{} rules provided exceeds max of {MOST_RULES}", rules.len())];
    }
    if rules.iter().all(|rule| rule.starts_with("!/")) {
        return vec!["only negative rules were provided; must provide at least 1 non-negative rule".to_owned()];
    }
    let mut complaints = Vec::new();
    let mut seen = HashSet::new();
    for rule in rules {
        if !rule.starts_with('/') && !rule.starts_with("!/") {
            complaints.push(format!("'{rule}': rules must start with '/' or '!/'"));
        }
        if rule.len() > LONGEST_RULE {
            complaints.push(format!("'{rule}': all rules must be less than {LONGEST_RULE} characters in length"));
        }
        if !seen.insert(rule) {
            complaints.push(format!("'{rule}': rule is a duplicate; rules must be unique"));
        }
        if let Some(prefix) = rule.strip_suffix('*') {
            let redundant = rules.iter().filter(|other| *other != rule && other.starts_with(prefix));
            complaints.extend(redundant.map(|other| format!("'{other}': rule '{rule}' makes it redundant")));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::complaints;

    fn of(rules: &[&str]) -> Vec<String> {
        complaints(&rules.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn rules_and_exceptions_are_taken() {
        assert!(of(&["/api/*", "!/api/docs/*"]).is_empty());
    }

    #[test]
    fn a_list_needs_a_rule_that_is_no_exception() {
        assert!(of(&[])[0].contains("at least 1 rule"));
        assert!(of(&["!/a"])[0].contains("only negative"));
    }

    #[test]
    fn each_bad_rule_is_named() {
        assert!(of(&["api"])[0].contains("must start with"));
        assert!(of(&["/a", "/a"])[0].contains("duplicate"));
        assert!(of(&["/a/*", "/a/b"])[0].contains("'/a/b': rule '/a/*' makes it redundant"));
    }
}
