//! `_headers`: <https://developers.cloudflare.com/workers/static-assets/headers/>
//!
//! A pattern on a line of its own, and below it the headers that its matches get (`Name: value`) or
//! lose (`! Name`).

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::config::RuleWarning;
use super::pattern::Pattern;

const FILE: &str = "_headers";
const MAX_LINE: usize = 2000;
const MAX_RULES: usize = 100;

/// The rules of a file, in order.
#[derive(Debug, Default)]
pub(super) struct HeaderRules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    unset: Vec<HeaderName>,
    /// Values may hold placeholders.
    set: Vec<(HeaderName, String)>,
}

impl HeaderRules {
    pub(super) fn parse(text: &str, warnings: &mut Vec<RuleWarning>) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        // What follows a path that is refused belongs to it, and goes with it.
        let mut takes_headers = false;
        let mut complained = false;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut warn = |message: String| {
                warnings.push(RuleWarning { file: FILE.to_owned(), line: Some(index + 1), message });
            };
            if line.chars().count() > MAX_LINE {
                warn(format!("Ignoring line as it exceeds the maximum allowed length of {MAX_LINE}."));
            } else if line.starts_with('/') || line.starts_with("https://") {
                if rules.len() == MAX_RULES {
                    warn(format!("Maximum number of rules supported is {MAX_RULES}. Skipping the rest of the file."));
                    break;
                }
                takes_headers = true;
                match Pattern::new(line) {
                    Ok(pattern) => rules.push(Rule { pattern, unset: Vec::new(), set: Vec::new() }),
                    Err(message) => {
                        warn(message);
                        (takes_headers, complained) = (false, true);
                    }
                }
            } else if let Some(rule) = rules.last_mut().filter(|_| takes_headers) {
                if let Err(message) = rule.add(line) {
                    warn(message);
                }
            } else if !complained {
                warn("Path should come before header".to_owned());
            }
        }
        Self(rules)
    }

    /// Changes the headers of a response to a request for this path and host.
    pub(super) fn apply(&self, host: &str, path: &str, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        let with_host = format!("https://{host}{path}");
        let mut set: Vec<&HeaderName> = Vec::new();
        for rule in &self.0 {
            let Some(found) = rule.pattern.matches(path, &with_host) else {
                continue;
            };
            for name in &rule.unset {
                headers.remove(name);
            }
            for (name, template) in &rule.set {
                // A placeholder may stand for what no header can hold; then the header is left out.
                let Ok(value) = HeaderValue::from_str(&found.fill(template)) else {
                    continue;
                };
                if set.contains(&name) {
                    headers.append(name, value);
                } else {
                    headers.insert(name, value);
                    set.push(name);
                }
            }
        }
    }
}

impl Rule {
    fn add(&mut self, line: &str) -> Result<(), String> {
        if let Some(name) = line.strip_prefix("! ") {
            let name = name.trim().parse().map_err(|_| format!("\"{}\" is not a header name", name.trim()))?;
            self.unset.push(name);
            return Ok(());
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err("Expected a colon-separated header pair (e.g. name: value)".to_owned());
        };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err("No header name specified".to_owned());
        }
        if value.is_empty() {
            return Err("No header value specified".to_owned());
        }
        if name.contains(char::is_whitespace) {
            return Err("Header name cannot include spaces".to_owned());
        }
        let name: HeaderName = name.parse().map_err(|_| format!("\"{name}\" is not a header name"))?;
        HeaderValue::from_str(value).map_err(|_| format!("the value of {name} holds characters that no header can"))?;
        match self.set.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = format!("{known}, {value}"),
            None => self.set.push((name, value.to_owned())),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, path: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        let rules = HeaderRules::parse(text, &mut warnings);
        assert_eq!(warnings, []);
        let mut headers = HeaderMap::new();
        headers.insert("cache-control", HeaderValue::from_static("public"));
        rules.apply("app.example.com", path, &mut headers);
        let mut lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn rules() {
        let file = "# all\n/*\n  X-Frame-Options: DENY\n  X-A: 1\n  X-A: 2\n/static/*\n  ! cache-control\n  X-A: 3\n\
                    /movies/:title\n  X-Title: :title\nhttps://:sub.example.com/only\n  X-Sub: you are :sub\n/own\n  Cache-Control: no-store\n";
        assert_eq!(applied(file, "/"), ["cache-control: public", "x-a: 1, 2", "x-frame-options: DENY"]);
        assert_eq!(applied(file, "/static/x"), ["x-a: 1, 2", "x-a: 3", "x-frame-options: DENY"]);
        assert!(applied(file, "/movies/up").contains(&"x-title: up".to_owned()));
        assert!(applied(file, "/only").contains(&"x-sub: you are app".to_owned()));
        assert!(applied(file, "/own").contains(&"cache-control: no-store".to_owned()));
    }

    #[test]
    fn warnings_name_the_line() {
        let mut warnings = Vec::new();
        HeaderRules::parse("X: y\n/a\nnocolon\n: y\nX:\nA b: c\n! b@d\n/*/*\nX: y\n", &mut warnings);
        assert_eq!(
            warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "_headers:1: Path should come before header",
                "_headers:3: Expected a colon-separated header pair (e.g. name: value)",
                "_headers:4: No header name specified",
                "_headers:5: No header value specified",
                "_headers:6: Header name cannot include spaces",
                "_headers:7: \"b@d\" is not a header name",
                "_headers:8: a pattern may hold one * and each placeholder once. Skipping.",
            ]
        );
        warnings.clear();
        let many: String = (0..101).map(|n| format!("/{n}\n  X: y\n")).collect();
        HeaderRules::parse(&many, &mut warnings);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].line, Some(201));
    }
}
