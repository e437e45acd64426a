//! URL paths and the names of files.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What JavaScript's `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The path that a URL's path names: decoded segment by segment, repeated slashes merged. A segment
/// that does not decode stands for itself.
pub(super) fn decode(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    for segment in path.split('/').map(decode_segment) {
        for part in segment.split_inclusive('/') {
            push_merging(&mut decoded, part);
        }
        push_merging(&mut decoded, "/");
    }
    // One slash was added after the last segment; if that segment was empty, it merged with the one
    // before.
    if !path.ends_with('/') && !decoded.is_empty() {
        decoded.pop();
    }
    decoded
}

fn push_merging(decoded: &mut String, part: &str) {
    let part = if decoded.ends_with('/') { part.trim_start_matches('/') } else { part };
    decoded.push_str(part);
}

fn decode_segment(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8().map_or_else(|_| segment.to_owned(), |text| text.into_owned())
}

/// The one way to write the URL's path of a decoded path.
pub(super) fn encode(path: &str) -> String {
    path.split('/').map(|segment| utf8_percent_encode(segment, COMPONENT).to_string()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding() {
        for (path, expected) in [
            ("/", "/"),
            ("/a", "/a"),
            ("/a/", "/a/"),
            ("//a///b//", "/a/b/"),
            ("/a%20b/%C3%A9", "/a b/é"),
            ("/%zz/%ff", "/%zz/%ff"),
            ("/a%2Fb", "/a/b"),
            ("/a%2F%2F/b", "/a/b"),
        ] {
            assert_eq!(decode(path), expected, "{path}");
        }
    }

    #[test]
    fn encoding() {
        assert_eq!(encode("/a b/é@(1).txt"), "/a%20b/%C3%A9%40(1).txt");
        assert_eq!(encode("/a/"), "/a/");
    }
}
