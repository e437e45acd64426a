//! `_redirects`: <https://developers.cloudflare.com/workers/static-assets/redirects/>
//!
//! A rule a line: where from, where to, and a status. The limits, what is refused, and the words
//! for it are wrangler's.

use std::collections::HashMap;

use http::StatusCode;
use url::Url;

use super::config::{HtmlHandling, RuleWarning};
use super::pattern::{Pattern, is_static};

const FILE: &str = "_redirects";
const MAX_LINE: usize = 2000;
const MAX_STATIC: usize = 2000;
const MAX_DYNAMIC: usize = 100;

/// The rules of a file.
#[derive(Debug, Default)]
pub(super) struct Redirects {
    fixed: HashMap<String, (String, StatusCode)>,
    dynamic: Vec<(Pattern, String, StatusCode)>,
}

/// Where a request is sent.
#[derive(Debug, PartialEq)]
pub(super) enum Redirected {
    /// Answer as if for this path.
    Proxied(String),
    /// Say so to the client.
    To(StatusCode, String),
}

impl Redirects {
    pub(super) fn parse(text: &str, html: HtmlHandling, warnings: &mut Vec<RuleWarning>) -> Self {
        let mut rules = Self::default();
        let mut seen_dynamic = false;
        let mut seen = std::collections::HashSet::new();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut warn = |message: String| {
                warnings.push(RuleWarning { file: FILE.to_owned(), line: Some(index + 1), message });
            };
            let (from, to, status) = match parse_line(line, html) {
                Ok(rule) => rule,
                Err(message) => {
                    warn(message);
                    continue;
                }
            };
            if !seen.insert(from.clone()) {
                warn(format!("Ignoring duplicate rule for path {from}."));
                continue;
            }
            // As in wrangler: static rules count as such as long as no dynamic one has come before.
            if !seen_dynamic && is_static(&from) {
                if rules.fixed.len() == MAX_STATIC {
                    warn(format!("Maximum number of static rules supported is {MAX_STATIC}. Skipping line."));
                    continue;
                }
                rules.fixed.insert(from, (to, status));
                continue;
            }
            seen_dynamic = true;
            if rules.dynamic.len() == MAX_DYNAMIC {
                let left = lines.len() - index;
                warn(format!(
                    "Maximum number of dynamic rules supported is {MAX_DYNAMIC}. Skipping remaining {left} lines of file."
                ));
                break;
            }
            match Pattern::new(&from) {
                Ok(pattern) => rules.dynamic.push((pattern, to, status)),
                Err(message) => warn(message),
            }
        }
        rules
    }

    /// Where a request for this path (as in the URL), host and query is sent, if anywhere. Static
    /// rules outrank dynamic ones, and the first of these wins.
    pub(super) fn find(&self, host: &str, path: &str, query: Option<&str>) -> Option<Redirected> {
        let (to, status) = match self.fixed.get(path) {
            Some((to, status)) => (to.clone(), *status),
            None => {
                let with_host = format!("https://{host}{path}");
                let matched = |(pattern, to, status): &(Pattern, String, StatusCode)| {
                    pattern.matches(path, &with_host).map(|found| (same_host(found.fill(to), to), *status))
                };
                self.dynamic.iter().find_map(matched)?
            }
        };
        let base = Url::parse(&format!("https://{host}/")).or_else(|_| Url::parse("https://host.invalid/")).ok()?;
        let mut destination = base.join(&to).ok()?;
        if status == StatusCode::OK {
            return Some(Redirected::Proxied(destination.path().to_owned()));
        }
        if destination.query().is_none_or(str::is_empty) {
            destination.set_query(query);
        }
        let location = if destination.origin() == base.origin() {
            destination[url::Position::BeforePath..].to_owned()
        } else {
            destination.into()
        };
        Some(Redirected::To(status, location))
    }
}

/// A rule that points into its own site stays there: what a splat stands for must not make a path
/// into the name of another host (`//host`).
fn same_host(filled: String, template: &str) -> String {
    if template.starts_with('/') { format!("/{}", filled.trim_start_matches(['/', '\\'])) } else { filled }
}

fn parse_line(line: &str, html: HtmlHandling) -> Result<(String, String, StatusCode), String> {
    if line.chars().count() > MAX_LINE {
        return Err(format!("Ignoring line as it exceeds the maximum allowed length of {MAX_LINE}."));
    }
    let tokens: Vec<&str> = line.split_whitespace().collect();
    let (from, to, status) = match tokens[..] {
        [from, to] => (from, to, "302"),
        [from, to, status] => (from, to, status),
        _ => {
            return Err(format!("Expected exactly 2 or 3 whitespace-separated tokens. Got {}.", tokens.len()));
        }
    };
    if from.starts_with("https://") {
        return Err(format!("Only relative URLs are allowed. Skipping absolute URL {from}."));
    }
    let from = normalize(&format!("/{}", from.trim_start_matches('/'))).map(|url| url.path().to_owned())?;
    let to = destination(to)?;
    let status = match status.parse() {
        Ok(200) => StatusCode::OK,
        Ok(301) => StatusCode::MOVED_PERMANENTLY,
        Ok(302) => StatusCode::FOUND,
        Ok(303) => StatusCode::SEE_OTHER,
        Ok(307) => StatusCode::TEMPORARY_REDIRECT,
        Ok(308) => StatusCode::PERMANENT_REDIRECT,
        _ => {
            return Err(format!("Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got {status}."));
        }
    };
    if status == StatusCode::OK && !to.starts_with('/') {
        return Err(format!("Proxy (200) redirects can only point to relative paths. Got {to}"));
    }
    let strips_index = to.ends_with("/index") || to.ends_with("/index.html");
    if html != HtmlHandling::None && strips_index && (from.ends_with('/') || from.ends_with("/*")) {
        return Err("Infinite loop detected in this rule and has been ignored. This will cause a redirect to strip `.html` or `/index` and end up triggering this rule again. Please fix or remove this rule to silence this warning.".to_owned());
    }
    Ok((from, to, status))
}

fn destination(to: &str) -> Result<String, String> {
    if to.starts_with("https://") {
        return Url::parse(to).map(|_| to.to_owned()).map_err(|_| format!("Error parsing URL segment {to}. Skipping."));
    }
    if to.starts_with('/') {
        return normalize(to).map(|url| url[url::Position::BeforePath..].to_owned());
    }
    Err("URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. begin with \"https://\").".to_owned())
}

fn normalize(path: &str) -> Result<Url, String> {
    Url::parse(&format!("http://relative{path}")).map_err(|_| format!("Error parsing URL segment {path}. Skipping."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Redirects, Vec<String>) {
        let mut warnings = Vec::new();
        let rules = Redirects::parse(text, HtmlHandling::default(), &mut warnings);
        (rules, warnings.iter().map(ToString::to_string).collect())
    }

    fn find(text: &str, path: &str, query: Option<&str>) -> Option<Redirected> {
        let (rules, warnings) = parse(text);
        assert_eq!(warnings, Vec::<String>::new());
        rules.find("example.com", path, query)
    }

    fn to(status: StatusCode, location: &str) -> Option<Redirected> {
        Some(Redirected::To(status, location.to_owned()))
    }

    #[test]
    fn rules() {
        let file = "# comment\n\n/home / 301\n/twitch https://twitch.tv\n/blog/* https://blog.example.com/:splat\n\
                    /u/:id/:tab /users/:id?tab=:tab 308\n/old/* /new/:splat 200\n/frag /x#y 303\n";
        assert_eq!(find(file, "/home", None), to(StatusCode::MOVED_PERMANENTLY, "/"));
        assert_eq!(find(file, "/home", Some("a=b")), to(StatusCode::MOVED_PERMANENTLY, "/?a=b"));
        assert_eq!(find(file, "/twitch", None), to(StatusCode::FOUND, "https://twitch.tv/"));
        assert_eq!(find(file, "/blog/2020/x", Some("q")), to(StatusCode::FOUND, "https://blog.example.com/2020/x?q"));
        assert_eq!(find(file, "/u/7/posts", Some("q")), to(StatusCode::PERMANENT_REDIRECT, "/users/7?tab=posts"));
        assert_eq!(find(file, "/old/a/b", None), Some(Redirected::Proxied("/new/a/b".to_owned())));
        assert_eq!(find(file, "/frag", Some("q")), to(StatusCode::SEE_OTHER, "/x?q#y"));
        assert_eq!(find(file, "/homes", None), None);
    }

    #[test]
    fn a_splat_cannot_name_another_host() {
        for path in ["/out//evil.example", "/out///evil.example", "/out/\\evil.example"] {
            assert_eq!(find("/out/* /:splat", path, None), to(StatusCode::FOUND, "/evil.example"), "{path}");
        }
    }

    #[test]
    fn warnings_name_the_line() {
        let (_, warnings) = parse(
            "/a\n/b /c 500\n/d nowhere\nhttps://x.example/a /b\n/e https://x.example/ 200\n/* /index.html 200\n/f /g\n/f /h\n/*/* /x\n",
        );
        assert_eq!(
            warnings,
            [
                "_redirects:1: Expected exactly 2 or 3 whitespace-separated tokens. Got 1.",
                "_redirects:2: Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got 500.",
                "_redirects:3: URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. begin with \"https://\").",
                "_redirects:4: Only relative URLs are allowed. Skipping absolute URL https://x.example/a.",
                "_redirects:5: Proxy (200) redirects can only point to relative paths. Got https://x.example/",
                "_redirects:6: Infinite loop detected in this rule and has been ignored. This will cause a redirect to strip `.html` or `/index` and end up triggering this rule again. Please fix or remove this rule to silence this warning.",
                "_redirects:8: Ignoring duplicate rule for path /f.",
                "_redirects:9: a pattern may hold one * and each placeholder once. Skipping.",
            ]
        );
    }

    #[test]
    fn limits() {
        let many: String = (0..2001).map(|n| format!("/{n} /x\n")).collect();
        assert_eq!(
            parse(&many).1,
            ["_redirects:2001: Maximum number of static rules supported is 2000. Skipping line."]
        );
        let many: String = (0..103).map(|n| format!("/{n}/* /x\n")).collect();
        assert_eq!(
            parse(&many).1,
            ["_redirects:101: Maximum number of dynamic rules supported is 100. Skipping remaining 3 lines of file."]
        );
        assert_eq!(parse(&format!("/a /{}", "b".repeat(2000))).1.len(), 1);
    }
}
