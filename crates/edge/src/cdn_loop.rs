//! `CDN-Loop` (RFC 8586): how a request that comes back to us for ever is noticed.
//!
//! Each pass adds one to our own element, `selvedge; loops=N`; the elements of others are kept as
//! they are, since removing one would hide a loop that runs through both. A Worker may well fetch
//! through the same edge on purpose, so a few passes are fine.

use http::header::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const CDN_LOOP: HeaderName = HeaderName::from_static("cdn-loop");

const TOKEN: &str = "selvedge";

/// How often a request may pass. Hosted stops a chain of Workers at the same depth.
pub(crate) const MAX_LOOPS: u32 = 16;

/// How often a request with these headers has passed here already.
pub(crate) fn loops(headers: &HeaderMap) -> u32 {
    elements(headers).filter(|element| is_ours(element)).map(count).max().unwrap_or(0)
}

/// The value of `CDN-Loop` for a request that goes on from here (to a Worker, or from one), given
/// the headers it came with.
pub fn next_cdn_loop(headers: &HeaderMap) -> HeaderValue {
    if !headers.contains_key(CDN_LOOP) {
        return HeaderValue::from_static("selvedge; loops=1");
    }
    let mut next = String::new();
    for element in elements(headers).filter(|element| !is_ours(element)) {
        next.push_str(element);
        next.push_str(", ");
    }
    next.push_str(&format!("{TOKEN}; loops={}", loops(headers) + 1));
    HeaderValue::from_str(&next).unwrap_or_else(|_| HeaderValue::from_static("selvedge; loops=1"))
}

fn elements(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CDN_LOOP).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

fn is_ours(element: &str) -> bool {
    element.split(';').next().is_some_and(|token| token.trim().eq_ignore_ascii_case(TOKEN))
}

/// An element without a count stands for one pass.
fn count(element: &str) -> u32 {
    let parameters = element.split(';').skip(1).map(str::trim);
    parameters
        .filter_map(|parameter| parameter.strip_prefix("loops="))
        .find_map(|n| n.parse().ok())
        .unwrap_or(1)
        .min(MAX_LOOPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_are_counted_and_others_kept() {
        for (before, loops_before, after) in [
            (&[][..], 0, "selvedge; loops=1"),
            (&["selvedge; loops=2"], 2, "selvedge; loops=3"),
            (&["cloudflare; loops=1; subreqs=1"], 0, "cloudflare; loops=1; subreqs=1, selvedge; loops=1"),
            (&["Selvedge", "other"], 1, "other, selvedge; loops=2"),
            (&["selvedge; loops=99999999999"], 1, "selvedge; loops=2"),
            (&["selvedge; loops=4294967295"], 16, "selvedge; loops=17"),
        ] {
            let mut headers = HeaderMap::new();
            for value in before {
                headers.append(CDN_LOOP, value.parse().unwrap());
            }
            assert_eq!(loops(&headers), loops_before, "{before:?}");
            assert_eq!(next_cdn_loop(&headers), after, "{before:?}");
        }
    }
}
