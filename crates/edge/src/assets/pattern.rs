//! The patterns of `_headers` and `_redirects`: `*` stands for anything (`:splat`), `:name` for one
//! segment.

use regex::{Captures, Regex};

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// Written with `https://host`.
    crosses_hosts: bool,
}

/// What a pattern's wildcards stood for.
pub(super) struct Match<'t>(Captures<'t>);

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let crosses_hosts = text.starts_with("https://");
        let path_start = if crosses_hosts { text[8..].find('/').map_or(text.len(), |at| at + 8) } else { 0 };
        let mut source = String::from("^");
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let at = text.len() - rest.len();
            rest = &rest[c.len_utf8()..];
            let name_length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            if c == '*' {
                source.push_str("(?P<splat>.*)");
            } else if c == ':' && rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (name, after) = rest.split_at(name_length);
                let one = if at < path_start { "[^/.]+" } else { "[^/]+" };
                source.push_str(&format!("(?P<{name}>{one})"));
                rest = after;
            } else {
                source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
            }
        }
        source.push('$');
        let regex = Regex::new(&source)
            .map_err(|_| "a pattern may hold one * and each placeholder once. Skipping.".to_owned())?;
        Ok(Self { regex, crosses_hosts })
    }

    /// Matches the path of a URL, or with the host if the pattern has one. `with_host` is
    /// `https://host/path`.
    pub(super) fn matches<'t>(&self, path: &'t str, with_host: &'t str) -> Option<Match<'t>> {
        self.regex.captures(if self.crosses_hosts { with_host } else { path }).map(Match)
    }
}

/// Whether a pattern stands for itself only.
pub(super) fn is_static(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find([':', '*']) {
        if rest[at..].starts_with('*') || rest[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            return false;
        }
        rest = &rest[at + 1..];
    }
    true
}

impl Match<'_> {
    /// `template` with each `:name` that the pattern captured replaced by what it stood for.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find(':') {
            filled.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            match self.0.name(&after[..length]) {
                Some(value) => filled.push_str(value.as_str()),
                None => filled.push_str(&rest[at..at + 1 + length]),
            }
            rest = &after[length..];
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(pattern: &str, path: &str, template: &str) -> Option<String> {
        let with_host = format!("https://blog.example.com{path}");
        Some(Pattern::new(pattern).unwrap().matches(path, &with_host)?.fill(template))
    }

    #[test]
    fn splats_and_placeholders() {
        for (pattern, path, template, expected) in [
            ("/a", "/a", "/b", Some("/b")),
            ("/a", "/ab", "/b", None),
            ("/a.b", "/axb", "/", None),
            ("/blog/*", "/blog/x/y", "/news/:splat", Some("/news/x/y")),
            ("/blog/*", "/blog/", "/news/:splat", Some("/news/")),
            ("/u/:id/p/:name", "/u/7/p/x", "/:name?u=:id&x=:other", Some("/x?u=7&x=:other")),
            ("/u/:id", "/u/7/8", "/", None),
            ("https://:sub.example.com/*", "/x", "/:sub/:splat", Some("/blog/x")),
            ("https://:sub.com/*", "/x", "/", None),
        ] {
            assert_eq!(fill(pattern, path, template).as_deref(), expected, "{pattern} {path}");
        }
        assert!(Pattern::new("/*/x/*").is_err());
        assert!(Pattern::new("/:a/:a").is_err());
    }

    #[test]
    fn what_is_static() {
        assert!(is_static("/a") && is_static("/a:1"));
        assert!(!is_static("/a*") && !is_static("/:a") && !is_static("/x:1/:b"));
    }
}
