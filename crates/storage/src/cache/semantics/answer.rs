//! What a kept response answers to a request: itself, a part, or that nothing has changed.

use std::ops::Range;
use std::time::SystemTime;

use http::header::{
    AGE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::ranges::{Asked, asked};
use crate::cache::CacheHead;

/// Headers that a 304 does not change: they speak of the body, which is the old one (RFC 9111, section 3.2).
const OF_THE_BODY: [HeaderName; 4] =
    [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, HeaderName::from_static("transfer-encoding")];

/// An answer from the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers, `Age` and `Content-Length` among them.
    pub headers: HeaderMap,
    /// The part of the body that goes with it; nothing for an answer that has none.
    pub part: Option<Range<u64>>,
}

/// What a kept response of this length answers to a request with these headers.
pub fn answer(request: &HeaderMap, kept: &CacheHead, length: u64, now: u64) -> Answer {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut headers = kept.headers.clone();
    headers.insert(AGE, HeaderValue::from(now.saturating_sub(kept.made) / 1000));
    // Conditions are about a good answer (RFC 9110, section 13.2.1).
    if status == StatusCode::OK && is_unchanged(request, &kept.headers) {
        return Answer { status: StatusCode::NOT_MODIFIED, headers, part: None };
    }
    // Parts of an encoded body could not be decoded: such a body is answered whole.
    let can_be_parted = status == StatusCode::OK
        && !headers.contains_key(CONTENT_ENCODING)
        && request.get(IF_RANGE).is_none_or(|range| is_same(range, &kept.headers));
    let wanted = match request.get(RANGE).and_then(|range| range.to_str().ok()) {
        Some(range) if can_be_parted => asked(range, length),
        _ => Asked::All,
    };
    match wanted {
        Asked::All => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            Answer { status, headers, part: Some(0..length) }
        }
        Asked::Part(part) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
            insert(&mut headers, CONTENT_RANGE, &format!("bytes {}-{}/{length}", part.start, part.end - 1));
            Answer { status: StatusCode::PARTIAL_CONTENT, headers, part: Some(part) }
        }
        Asked::Nothing => {
            headers.remove(CONTENT_TYPE);
            insert(&mut headers, CONTENT_RANGE, &format!("bytes */{length}"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
            Answer { status: StatusCode::RANGE_NOT_SATISFIABLE, headers, part: None }
        }
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The conditions by which an origin is asked whether a kept response is still good. None if it has no validator.
pub fn not_modified_conditions(kept: &HeaderMap) -> Option<HeaderMap> {
    let mut conditions = HeaderMap::new();
    for (validator, condition) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
        if let Some(value) = kept.get(validator) {
            conditions.insert(condition, value.clone());
        }
    }
    (!conditions.is_empty()).then_some(conditions)
}

/// A kept response's headers, brought up to date by those of a 304.
pub fn merge(kept: &HeaderMap, fresh: &HeaderMap) -> HeaderMap {
    let mut merged = kept.clone();
    for name in fresh.keys().filter(|name| !OF_THE_BODY.contains(name)) {
        merged.remove(name);
        for value in fresh.get_all(name) {
            merged.append(name, value.clone());
        }
    }
    merged
}

/// `If-None-Match`, and without it `If-Modified-Since` (RFC 9110, section 13.2.2).
fn is_unchanged(request: &HeaderMap, kept: &HeaderMap) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let Some(kept) = kept.get(ETAG).and_then(|tag| tag.to_str().ok()).map(opaque) else { return false };
        let given = request.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        return given.flat_map(|tags| tags.split(',')).map(str::trim).any(|tag| tag == "*" || opaque(tag) == kept);
    }
    let date =
        |value: Option<&HeaderValue>| -> Option<SystemTime> { httpdate::parse_http_date(value?.to_str().ok()?).ok() };
    match (date(request.get(IF_MODIFIED_SINCE)), date(kept.get(LAST_MODIFIED))) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// An entity tag without its weakness.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// `If-Range`: the very same, by strong comparison.
fn is_same(condition: &HeaderValue, kept: &HeaderMap) -> bool {
    let weak = condition.as_bytes().starts_with(b"W/");
    !weak && (kept.get(ETAG) == Some(condition) || kept.get(LAST_MODIFIED) == Some(condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODIFIED: &str = "Tue, 01 Jan 2030 00:00:00 GMT";

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn kept(status: u16, more: &[(&'static str, &'static str)]) -> CacheHead {
        let mut headers = map(&[("etag", "\"a\""), ("last-modified", MODIFIED), ("content-type", "text/plain")]);
        headers.extend(map(more));
        CacheHead { status, headers, made: 5000, expires: 100_000 }
    }

    fn ask(request: &[(&'static str, &'static str)]) -> Answer {
        answer(&map(request), &kept(200, &[]), 11, 9999)
    }

    #[test]
    fn the_whole_with_its_age() {
        let whole = ask(&[]);
        assert_eq!((whole.status.as_u16(), whole.part), (200, Some(0..11)));
        assert_eq!(
            (&whole.headers["age"], &whole.headers["content-length"]),
            (&"4".parse().unwrap(), &"11".parse().unwrap())
        );
    }

    #[test]
    fn parts() {
        let part = ask(&[("range", "bytes=-4")]);
        assert_eq!((part.status.as_u16(), part.part), (206, Some(7..11)));
        assert_eq!(part.headers["content-range"], "bytes 7-10/11");
        assert_eq!(part.headers["content-length"], "4");
        let nothing = ask(&[("range", "bytes=50-60")]);
        assert_eq!((nothing.status.as_u16(), nothing.part), (416, None));
        assert_eq!(nothing.headers["content-range"], "bytes */11");
        assert_eq!(ask(&[("range", "bytes=0-1,3-4")]).status, 200);
    }

    #[test]
    fn a_part_of_what_is_still_the_same() {
        for (condition, status) in
            [("\"a\"", 206), (MODIFIED, 206), ("\"b\"", 200), ("W/\"a\"", 200), ("Tue, 01 Jan 2031 00:00:00 GMT", 200)]
        {
            assert_eq!(ask(&[("range", "bytes=0-3"), ("if-range", condition)]).status, status, "{condition}");
        }
    }

    #[test]
    fn an_encoded_body_and_an_error_are_not_parted() {
        for kept in [kept(200, &[("content-encoding", "gzip")]), kept(404, &[])] {
            let whole = answer(&map(&[("range", "bytes=0-3")]), &kept, 11, 9999);
            assert_eq!((whole.status.as_u16(), whole.part), (kept.status, Some(0..11)));
        }
    }

    #[test]
    fn conditions() {
        let later = "Wed, 02 Jan 2030 00:00:00 GMT";
        let earlier = "Mon, 31 Dec 2029 00:00:00 GMT";
        for (request, status) in [
            (vec![("if-none-match", "\"a\"")], 304),
            (vec![("if-none-match", "\"x\", W/\"a\"")], 304),
            (vec![("if-none-match", "*")], 304),
            (vec![("if-none-match", "\"b\"")], 200),
            (vec![("if-none-match", "a")], 200),
            (vec![("if-modified-since", MODIFIED)], 304),
            (vec![("if-modified-since", later)], 304),
            (vec![("if-modified-since", earlier)], 200),
            (vec![("if-modified-since", "yesterday")], 200),
            (vec![("if-none-match", "\"b\""), ("if-modified-since", later)], 200),
            (vec![("if-none-match", "\"a\""), ("range", "bytes=0-1")], 304),
        ] {
            let found = ask(&request);
            assert_eq!(found.status, status, "{request:?}");
            assert_eq!(found.part.is_none(), status == 304);
        }
        assert_eq!(answer(&map(&[("if-none-match", "*")]), &kept(404, &[]), 1, 9999).status, 404);
    }

    #[test]
    fn an_origin_is_asked_by_what_it_gave() {
        let conditions = not_modified_conditions(&kept(200, &[]).headers).unwrap();
        assert_eq!(conditions, map(&[("if-none-match", "\"a\""), ("if-modified-since", MODIFIED)]));
        assert!(not_modified_conditions(&map(&[("content-type", "x")])).is_none());
    }

    #[test]
    fn a_304_brings_headers_up_to_date() {
        let old = map(&[("etag", "\"a\""), ("x", "old"), ("content-encoding", "gzip")]);
        let fresh =
            map(&[("x", "new"), ("cache-control", "max-age=9"), ("content-encoding", "br"), ("content-length", "0")]);
        let expected =
            map(&[("etag", "\"a\""), ("x", "new"), ("cache-control", "max-age=9"), ("content-encoding", "gzip")]);
        assert_eq!(merge(&old, &fresh), expected);
    }
}
