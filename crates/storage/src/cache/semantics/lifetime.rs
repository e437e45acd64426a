//! Whether a response is kept, and for how long.

use std::time::{Duration, UNIX_EPOCH};

use http::header::{
    AGE, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, DATE, EXPIRES, PRAGMA, SET_COOKIE,
    TRANSFER_ENCODING, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_cache_semantics::{CacheOptions, CachePolicy};

use super::directives::Directives;
use crate::cache::CacheHead;

/// Headers of the connection, or of what a cache says itself.
const NOT_KEPT: [HeaderName; 8] = [
    AGE,
    CONNECTION,
    CONTENT_LENGTH,
    HeaderName::from_static("cf-cache-status"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("trailer"),
    TRANSFER_ENCODING,
];

/// What becomes of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It is kept, with this head.
    Yes(CacheHead),
    /// It says itself that it is not to be kept.
    Forbidden,
    /// Nothing says for how long it may be kept.
    No,
}

/// Whether a response may be kept by what it and its request say. `now` is in milliseconds since the Unix epoch.
///
/// A response that is silent is kept by its status, as on hosted
/// (<https://developers.cloudflare.com/cache/how-to/configure-cache-status-code/#edge-ttl>).
pub fn keep(request: &HeaderMap, status: StatusCode, headers: &HeaderMap, now: u64) -> Keep {
    if is_never_kept(status, headers) {
        return Keep::No;
    }
    let mut directives = Directives::of(headers);
    let cookie_is_private = directives.take_private_cookie();
    if headers.contains_key(SET_COOKIE) && !cookie_is_private {
        return Keep::Forbidden;
    }
    let Some(policy) = policy(request, headers, &directives, now) else { return Keep::No };
    if !policy.is_storable() {
        return Keep::Forbidden;
    }
    let says = directives.say_for_how_long() || headers.contains_key(EXPIRES) || headers.contains_key(PRAGMA);
    let age = age(headers);
    let lifetime = match says {
        true => policy.time_to_live(UNIX_EPOCH + Duration::from_millis(now)),
        false => match by_status(status) {
            Some(lifetime) => lifetime,
            None => return Keep::No,
        },
    };
    if lifetime.is_zero() {
        return Keep::Forbidden;
    }
    Keep::Yes(head(status, headers, age, lifetime, now))
}

/// Keeps a response for a time that the Worker chose, whatever the response says; without its cookies, which are one
/// visitor's. `trusted`: the Worker said itself what tells requests apart. Else an answer to a request with
/// `Authorization` is only kept if it says that it is for all.
pub fn keep_for(
    lifetime: Duration,
    trusted: bool,
    request: &HeaderMap,
    status: StatusCode,
    headers: &HeaderMap,
    now: u64,
) -> Keep {
    if is_never_kept(status, headers) || lifetime.is_zero() {
        return Keep::No;
    }
    let directives = Directives::of(headers);
    let for_all = ["public", "s-maxage", "must-revalidate"].iter().any(|name| directives.has(name));
    if request.contains_key(AUTHORIZATION) && !trusted && !for_all {
        return Keep::Forbidden;
    }
    Keep::Yes(head(status, headers, Duration::ZERO, lifetime, now))
}

/// A part of a response, the answer to a condition, one that is never the same, and one that changes the protocol.
fn is_never_kept(status: StatusCode, headers: &HeaderMap) -> bool {
    status.is_informational()
        || matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED)
        || headers.get_all(VARY).iter().any(|value| value.as_bytes().contains(&b'*'))
}

fn policy(request: &HeaderMap, headers: &HeaderMap, directives: &Directives, now: u64) -> Option<CachePolicy> {
    let mut asked = Request::new(());
    *asked.method_mut() = Method::GET;
    // Of the request only this matters: its own Cache-Control is its sender's affair, as on hosted.
    if let Some(authorization) = request.get(AUTHORIZATION) {
        asked.headers_mut().insert(AUTHORIZATION, authorization.clone());
    }
    // Not with its status: any is kept if the response says so, and one that is silent is judged by `by_status`.
    let mut answered = Response::new(());
    let considered = answered.headers_mut();
    for name in [AGE, DATE, EXPIRES, PRAGMA] {
        if let Some(value) = headers.get(&name) {
            considered.insert(name, value.clone());
        }
    }
    let cache_control = directives.to_header();
    if !cache_control.is_empty() {
        considered.insert(CACHE_CONTROL, HeaderValue::from_str(&cache_control).ok()?);
    }
    let options = CacheOptions {
        shared: true,
        cache_heuristic: 0.0,
        immutable_min_time_to_live: Duration::ZERO,
        ignore_cargo_cult: false,
    };
    let now = UNIX_EPOCH + Duration::from_millis(now);
    Some(CachePolicy::new_options(&asked, &answered, now, options))
}

/// For how long a response that is silent is kept.
fn by_status(status: StatusCode) -> Option<Duration> {
    let minutes = match status.as_u16() {
        200 | 301 => 120,
        302 | 303 => 20,
        404 | 410 => 3,
        _ => return None,
    };
    Some(Duration::from_secs(60 * minutes))
}

fn age(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(AGE).and_then(|age| age.to_str().ok()?.trim().parse::<u32>().ok());
    Duration::from_secs(seconds.unwrap_or(0).into())
}

fn head(status: StatusCode, headers: &HeaderMap, age: Duration, lifetime: Duration, now: u64) -> CacheHead {
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut headers = headers.clone();
    NOT_KEPT.iter().for_each(|name| drop(headers.remove(name)));
    // Either there is none, or it is the one that is private.
    headers.remove(SET_COOKIE);
    if !headers.contains_key(DATE) {
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(now));
        headers.extend(HeaderValue::from_str(&date).ok().map(|date| (DATE, date)));
    }
    CacheHead {
        status: status.as_u16(),
        headers,
        made: now.saturating_sub(millis(age)),
        expires: now.saturating_add(millis(lifetime)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Thursday in 2026.
    const NOW: u64 = 1_795_687_200_000;

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    /// For how many seconds; -1: forbidden, 0: not at all.
    fn seconds(request: &[(&'static str, &str)], status: u16, headers: &[(&'static str, &str)]) -> i64 {
        match keep(&map(request), StatusCode::from_u16(status).unwrap(), &map(headers), NOW) {
            Keep::Yes(head) => i64::try_from((head.expires - NOW) / 1000).unwrap(),
            Keep::Forbidden => -1,
            Keep::No => 0,
        }
    }

    fn date(seconds: i64) -> String {
        let millis = NOW.saturating_add_signed(seconds * 1000);
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis))
    }

    #[test]
    fn what_a_response_says_counts() {
        let (in_a_minute, a_minute_ago) = (date(60), date(-60));
        for (headers, expected) in [
            (vec![("cache-control", "max-age=10")], 10),
            (vec![("cache-control", "public, max-age=10, s-maxage=20")], 20),
            (vec![("cache-control", "max-age=10"), ("age", "4")], 6),
            (vec![("cache-control", "max-age=10"), ("age", "10")], -1),
            (vec![("cache-control", "max-age=0")], -1),
            (vec![("cache-control", "no-store, max-age=10")], -1),
            (vec![("cache-control", "no-cache, max-age=10")], -1),
            (vec![("cache-control", "private, max-age=10")], -1),
            (vec![("cache-control", "PRIVATE")], -1),
            (vec![("pragma", "no-cache")], -1),
            (vec![("expires", in_a_minute.as_str())], 60),
            (vec![("expires", a_minute_ago.as_str())], -1),
            (vec![("expires", "0")], -1),
            (vec![("expires", in_a_minute.as_str()), ("cache-control", "max-age=10")], 10),
            (vec![("cdn-cache-control", "max-age=30"), ("cache-control", "no-store")], 30),
            (vec![("cache-control", "max-age=10, immutable")], 10),
            (vec![("cache-control", "max-age=nonsense")], -1),
        ] {
            assert_eq!(seconds(&[], 200, &headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_silent_response_is_kept_by_its_status() {
        for (status, expected) in
            [(200, 7200), (301, 7200), (302, 1200), (303, 1200), (404, 180), (410, 180), (201, 0), (500, 0), (403, 0)]
        {
            assert_eq!(seconds(&[], status, &[]), expected, "{status}");
        }
        assert_eq!(seconds(&[], 200, &[("cache-control", "public")]), 7200);
        // With a lifetime of its own any status is kept.
        assert_eq!(seconds(&[], 503, &[("cache-control", "max-age=5")]), 5);
    }

    #[test]
    fn what_is_never_kept() {
        let lasting = ("cache-control", "max-age=10");
        assert_eq!(seconds(&[], 206, &[lasting]), 0);
        assert_eq!(seconds(&[], 304, &[lasting]), 0);
        assert_eq!(seconds(&[], 200, &[lasting, ("vary", "accept, *")]), 0);
        assert_eq!(seconds(&[], 200, &[lasting, ("vary", "accept")]), 10);
    }

    #[test]
    fn cookies_are_one_visitors() {
        let cookie = ("set-cookie", "a=b");
        assert_eq!(seconds(&[], 200, &[("cache-control", "max-age=10"), cookie]), -1);
        assert_eq!(seconds(&[], 200, &[("cache-control", "public, max-age=10"), cookie]), -1);
        let headers = map(&[("cache-control", "private=Set-Cookie, max-age=10"), cookie, ("x", "y")]);
        let Keep::Yes(head) = keep(&HeaderMap::new(), StatusCode::OK, &headers, NOW) else { panic!("not kept") };
        assert!(!head.headers.contains_key(SET_COOKIE) && head.headers["x"] == "y");
    }

    #[test]
    fn an_answer_to_somebody_is_only_kept_if_it_is_for_all() {
        let who = [("authorization", "Bearer x")];
        assert_eq!(seconds(&who, 200, &[("cache-control", "max-age=10")]), -1);
        assert_eq!(seconds(&who, 200, &[("cache-control", "public, max-age=10")]), 10);
        assert_eq!(seconds(&who, 200, &[("cache-control", "s-maxage=10")]), 10);
        // What the request's sender wants of caches is not looked at.
        assert_eq!(seconds(&[("cache-control", "no-store")], 200, &[("cache-control", "max-age=10")]), 10);
    }

    #[test]
    fn a_chosen_time_overrules_the_response() {
        let headers = map(&[("cache-control", "no-store"), ("set-cookie", "a=b")]);
        let minute = Duration::from_secs(60);
        let none = HeaderMap::new();
        let Keep::Yes(head) = keep_for(minute, false, &none, StatusCode::OK, &headers, NOW) else { panic!("not kept") };
        assert_eq!(head.expires, NOW + 60_000);
        assert!(!head.headers.contains_key(SET_COOKIE));
        let who = map(&[("authorization", "Bearer x")]);
        let kept = |trusted, request| keep_for(minute, trusted, request, StatusCode::OK, &headers, NOW);
        assert_eq!(kept(false, &who), Keep::Forbidden);
        assert!(matches!(kept(true, &who), Keep::Yes(_)));
        assert_eq!(keep_for(Duration::ZERO, true, &none, StatusCode::OK, &headers, NOW), Keep::No);
        assert_eq!(keep_for(minute, true, &none, StatusCode::PARTIAL_CONTENT, &headers, NOW), Keep::No);
    }

    #[test]
    fn what_is_kept_is_the_message_and_not_its_way() {
        let headers = map(&[("content-length", "3"), ("age", "4"), ("connection", "close"), ("etag", "\"a\"")]);
        let Keep::Yes(head) = keep(&HeaderMap::new(), StatusCode::OK, &headers, NOW) else { panic!("not kept") };
        let names: Vec<_> = head.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["etag", "date"]);
        assert_eq!(head.made, NOW - 4000);
    }
}
