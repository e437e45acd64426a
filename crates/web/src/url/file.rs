//! `file:` URLs (<https://url.spec.whatwg.org/#file-state>).
//!
//! The `url` crate makes paths of them, on the way to the machine's files: it drops hosts before drive letters and
//! joins empty segments, where the standard keeps both. No Worker has files, so what counts is the standard.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Host;

/// <https://url.spec.whatwg.org/#fragment-percent-encode-set>
const FRAGMENT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
/// <https://url.spec.whatwg.org/#special-query-percent-encode-set>
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
/// <https://url.spec.whatwg.org/#path-percent-encode-set>
const PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');

/// A `file:` URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileUrl {
    host: String,
    path: Vec<String>,
    query: Option<String>,
    fragment: Option<String>,
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// <https://url.spec.whatwg.org/#windows-drive-letter>
fn is_drive_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
}

fn is_normalized_drive_letter(text: &str) -> bool {
    is_drive_letter(text) && text.ends_with(':')
}

/// <https://url.spec.whatwg.org/#start-with-a-windows-drive-letter>
fn starts_with_drive_letter(text: &str) -> bool {
    text.get(..2).is_some_and(is_drive_letter)
        && text[2..].chars().next().is_none_or(|c| matches!(c, '/' | '\\' | '?' | '#'))
}

fn is_single_dot(segment: &str) -> bool {
    segment == "." || segment.eq_ignore_ascii_case("%2e")
}

fn is_double_dot(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().as_str(), ".." | ".%2e" | "%2e." | "%2e%2e")
}

/// A host; None if it is invalid.
fn host(text: &str) -> Option<String> {
    let host = Host::parse(text).ok()?.to_string();
    Some(if host == "localhost" { String::new() } else { host })
}

/// `text` without tabs and newlines.
fn without_newlines(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect()
}

impl FileUrl {
    /// Parses what follows `file:`, or a relative reference, that has been trimmed and has no tabs and newlines.
    pub(super) fn parse(input: &str, base: Option<&Self>) -> Option<Self> {
        let mut url = Self::default();
        let mut chars = input.chars();
        let first = chars.next();
        if first.is_some_and(is_slash) {
            return url.parse_after_slash(chars.as_str(), base);
        }
        let Some(base) = base else { return url.parse_path_and_rest(input) };
        url = Self { fragment: None, ..base.clone() };
        match first {
            None => Some(url),
            Some('?') | Some('#') => url.parse_rest(input),
            Some(_) => {
                url.query = None;
                if starts_with_drive_letter(input) {
                    url.path.clear()
                } else {
                    url.shorten()
                }
                url.parse_path_and_rest(input)
            }
        }
    }

    /// The file slash and file host states.
    fn parse_after_slash(mut self, input: &str, base: Option<&Self>) -> Option<Self> {
        let Some(rest) = input.strip_prefix(is_slash) else {
            if let Some(base) = base {
                self.host.clone_from(&base.host);
                let drive = base.path.first().filter(|first| is_normalized_drive_letter(first));
                if let Some(drive) = drive
                    && !starts_with_drive_letter(input)
                {
                    self.path.push(drive.clone());
                }
            }
            return self.parse_path_and_rest(input);
        };
        let end = rest.find(|c| is_slash(c) || matches!(c, '?' | '#')).unwrap_or(rest.len());
        let (name, rest_of_it) = rest.split_at(end);
        if is_drive_letter(name) {
            return self.parse_path_and_rest(rest);
        }
        if !name.is_empty() {
            self.host = host(name)?;
        }
        self.parse_path_and_rest(rest_of_it.strip_prefix(is_slash).unwrap_or(rest_of_it))
    }

    fn parse_path_and_rest(mut self, input: &str) -> Option<Self> {
        let end = input.find(['?', '#']).unwrap_or(input.len());
        let (path, rest) = input.split_at(end);
        self.push_path(path);
        self.parse_rest(rest)
    }

    /// The query and fragment states.
    fn parse_rest(mut self, input: &str) -> Option<Self> {
        let (query, fragment) = match input.split_once('#') {
            Some((query, fragment)) => (query, Some(fragment)),
            None => (input, None),
        };
        if let Some(query) = query.strip_prefix('?') {
            self.query = Some(utf8_percent_encode(query, QUERY).to_string());
        }
        self.fragment = fragment.map(|fragment| utf8_percent_encode(fragment, FRAGMENT).to_string());
        Some(self)
    }

    /// The path state.
    fn push_path(&mut self, path: &str) {
        let mut segments = path.split(is_slash).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            let segment = utf8_percent_encode(segment, PATH).to_string();
            if is_double_dot(&segment) {
                self.shorten();
                if is_last {
                    self.path.push(String::new());
                }
            } else if is_single_dot(&segment) {
                if is_last {
                    self.path.push(String::new());
                }
            } else if self.path.is_empty() && is_drive_letter(&segment) {
                self.path.push(segment.replace('|', ":"));
            } else {
                self.path.push(segment);
            }
        }
    }

    /// <https://url.spec.whatwg.org/#shorten-a-urls-path>
    fn shorten(&mut self) {
        if self.path.len() != 1 || !is_normalized_drive_letter(&self.path[0]) {
            self.path.pop();
        }
    }

    /// Sets the host; one that is invalid is ignored.
    pub(super) fn set_host(&mut self, value: &str) {
        let value = without_newlines(value);
        let end = value.find(|c| is_slash(c) || matches!(c, '?' | '#')).unwrap_or(value.len());
        if end == 0 {
            self.host.clear();
        } else if let Some(host) = host(&value[..end]) {
            self.host = host;
        }
    }

    pub(super) fn set_path(&mut self, value: &str) {
        let value = without_newlines(value);
        self.path.clear();
        self.push_path(value.strip_prefix(is_slash).unwrap_or(&value));
    }

    pub(super) fn set_query(&mut self, value: &str) {
        let query = without_newlines(value.strip_prefix('?').unwrap_or(value));
        self.query = (!value.is_empty()).then(|| utf8_percent_encode(&query, QUERY).to_string());
    }

    pub(super) fn set_fragment(&mut self, value: &str) {
        let fragment = without_newlines(value.strip_prefix('#').unwrap_or(value));
        self.fragment = (!value.is_empty()).then(|| utf8_percent_encode(&fragment, FRAGMENT).to_string());
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The href, and where in it the path, the query and the fragment begin.
    pub(super) fn serialize(&self) -> (String, [Option<usize>; 3]) {
        let mut href = format!("file://{}", self.host);
        let path = href.len();
        for segment in &self.path {
            href.push('/');
            href.push_str(segment);
        }
        let mut add = |mark: char, text: &Option<String>| {
            let text = text.as_ref()?;
            let at = href.len();
            href.push(mark);
            href.push_str(text);
            Some(at)
        };
        let query = add('?', &self.query);
        let fragment = add('#', &self.fragment);
        (href, [Some(path), query, fragment])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_parses(input: &str, base: Option<&str>, href: &str) {
        let base = base.map(|base| FileUrl::parse(base.strip_prefix("file:").unwrap(), None).unwrap());
        let input = input.strip_prefix("file:").unwrap_or(input);
        assert_eq!(FileUrl::parse(input, base.as_ref()).unwrap().serialize().0, href);
    }

    #[test]
    fn paths_keep_empty_segments_and_hosts() {
        assert_parses("file:\\\\//", None, "file:////");
        assert_parses("file:////foo", None, "file:////foo");
        assert_parses("file://localhost//a//../..//foo", None, "file://///foo");
        assert_parses("file://example.net/C:/", None, "file://example.net/C:/");
        assert_parses("file:///w|/m", None, "file:///w:/m");
        assert_parses("file:.//p", None, "file:////p");
    }

    #[test]
    fn references_are_resolved() {
        assert_parses("C|#", Some("file://host/D:/dir1/dir2/file"), "file://host/C:#");
        assert_parses("/", Some("file://h/C:/a/b"), "file://h/C:/");
        assert_parses("..", Some("file:///C:/"), "file:///C:/");
        assert_parses("?q", Some("file:///a/b?x#y"), "file:///a/b?q");
        assert_parses("", Some("file:///a/b?x#y"), "file:///a/b?x");
        assert_parses("c^d", Some("file:///a/b"), "file:///a/c%5Ed");
    }

    #[test]
    fn invalid_hosts_are_none() {
        assert_eq!(FileUrl::parse("//a b/", None), None);
    }
}
