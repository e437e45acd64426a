//! Which requests get in.
//!
//! hyper refuses what it cannot parse. This refuses what it can parse but a front end must not pass
//! on (RFC 9112, sections 3 and 6): requests that another server might read differently, and
//! requests that are too much. What gets in has one form, whatever it had before: a `Host` header,
//! and a target of path and query.

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use http::uri::{Authority, PathAndQuery};
use http::{Method, Request, StatusCode, Uri, Version};

use crate::ascii::alphanumeric_or;
use crate::cdn_loop::{self, CDN_LOOP, MAX_LOOPS};
use crate::head_tap::{Framing, HeadTap, RawHead};

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// What the client reads. Says what to change, and nothing of us.
    pub(crate) text: &'static str,
}

const fn refuse(status: StatusCode, text: &'static str) -> Refusal {
    Refusal { status, text }
}

const AMBIGUOUS: Refusal =
    refuse(StatusCode::BAD_REQUEST, "Content-Length and Transfer-Encoding must not both be given, nor either twice");
pub(crate) const BROKEN_BODY: Refusal =
    refuse(StatusCode::BAD_REQUEST, "the body is not whole, or its chunks are malformed");
const CODING: Refusal = refuse(StatusCode::NOT_IMPLEMENTED, "the only Transfer-Encoding understood is chunked");
const METHOD: Refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "CONNECT and TRACE are not allowed");
const URI_LENGTH: Refusal = refuse(StatusCode::URI_TOO_LONG, "the URL is too long");
const NO_HOST: Refusal = refuse(StatusCode::BAD_REQUEST, "exactly one Host header is needed");
const BAD_HOST: Refusal = refuse(StatusCode::BAD_REQUEST, "the Host header is not a host with an optional port");
const TARGET: Refusal = refuse(StatusCode::BAD_REQUEST, "the request target is not a path or an http(s) URL");
const LOOP: Refusal = refuse(StatusCode::LOOP_DETECTED, "error code: 1019");

/// What is known of a request that got in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Admitted {
    /// Whether it has an `Upgrade` header.
    pub(crate) has_upgrade: bool,
}

/// The headers that admission looks at, found in one pass: to pass by the few headers that a request has costs less than
/// to look each of these up, most of them in vain.
#[derive(Default)]
struct Seen {
    codings: usize,
    is_chunked: bool,
    length: Option<u64>,
    hosts: usize,
    host_is_one: bool,
    has_cdn_loop: bool,
    has_upgrade: bool,
}

impl Seen {
    fn in_headers(headers: &HeaderMap) -> Self {
        let mut seen = Self::default();
        for (name, value) in headers {
            if *name == HOST {
                seen.hosts += 1;
                seen.host_is_one = is_host(value.as_bytes());
            } else if *name == CONTENT_LENGTH {
                // hyper has parsed it: a length that is no number never gets here.
                let length = || value.to_str().ok().and_then(|n| n.trim().parse().ok()).unwrap_or(0);
                seen.length = seen.length.or_else(|| Some(length()));
            } else if *name == TRANSFER_ENCODING {
                seen.is_chunked |= seen.codings == 0 && value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
                seen.codings += 1;
            } else if *name == UPGRADE {
                seen.has_upgrade = true;
            } else if *name == CDN_LOOP {
                seen.has_cdn_loop = true;
            }
        }
        seen
    }
}

/// Admits a request, bringing it into its one form.
pub(crate) fn admit<B>(request: &mut Request<B>, max_uri: usize, tap: Option<&HeadTap>) -> Result<Admitted, Refusal> {
    let seen = Seen::in_headers(request.headers());
    // First, since the tap must follow every head, those that are refused for other reasons too.
    let framing = match tap {
        Some(tap) => check_framing(&seen, tap),
        None => Ok(()),
    };
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        return Err(METHOD);
    }
    framing?;
    if request.uri().path_and_query().map_or(0, |target| target.as_str().len()) > max_uri {
        return Err(URI_LENGTH);
    }
    settle_target(request, &seen)?;
    if seen.has_cdn_loop && cdn_loop::loops(request.headers()) >= MAX_LOOPS {
        return Err(LOOP);
    }
    Ok(Admitted { has_upgrade: seen.has_upgrade })
}

fn check_framing(seen: &Seen, tap: &HeadTap) -> Result<(), Refusal> {
    let framing = match seen.length {
        _ if seen.codings > 0 => Framing::Chunked,
        Some(length) => Framing::Length(length),
        None => Framing::None,
    };
    if (tap.take(framing) == RawHead::AmbiguousFraming) | (seen.codings > 1) {
        return Err(AMBIGUOUS);
    }
    if seen.codings == 0 || seen.is_chunked { Ok(()) } else { Err(CODING) }
}

fn settle_target<B>(request: &mut Request<B>, seen: &Seen) -> Result<(), Refusal> {
    if seen.hosts > 1 {
        return Err(NO_HOST);
    }
    // The common case, and the only one on a fast path: HTTP/1 with a path and a host.
    if request.uri().authority().is_none() && request.uri().path().starts_with('/') {
        return match seen.hosts {
            1 if seen.host_is_one => Ok(()),
            1 => Err(BAD_HOST),
            _ if request.version() == Version::HTTP_10 => {
                request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
                Ok(())
            }
            _ => Err(NO_HOST),
        };
    }
    settle_other_forms(request)
}

/// Absolute form, HTTP/2, and the `*` of `OPTIONS`.
fn settle_other_forms<B>(request: &mut Request<B>) -> Result<(), Refusal> {
    let host = request.headers().get(HOST).cloned();
    let is_h2 = request.version() == Version::HTTP_2;
    let uri = request.uri();
    let host = match (uri.authority(), host) {
        (Some(authority), host) => {
            if !matches!(uri.scheme_str(), Some("http" | "https")) {
                return Err(TARGET);
            }
            let named = host_of(authority)?;
            // RFC 9112, section 3.2.2: the target's authority outranks Host; RFC 9113, section
            // 8.3.1: they must agree.
            if is_h2 && host.is_some_and(|host| !host.as_bytes().eq_ignore_ascii_case(named.as_bytes())) {
                return Err(BAD_HOST);
            }
            named
        }
        (None, Some(host)) if is_host(host.as_bytes()) => host,
        (None, Some(_)) => return Err(BAD_HOST),
        (None, None) => return Err(NO_HOST),
    };
    let target = match uri.path_and_query() {
        Some(target) if target.as_str().starts_with('/') => target.clone(),
        Some(target) if target.as_str().starts_with('?') => {
            PathAndQuery::try_from(target.to_string()).map_err(|_| TARGET)?
        }
        Some(target) if target.as_str() == "*" && request.method() == Method::OPTIONS => PathAndQuery::from_static("/"),
        None if uri.authority().is_some() => PathAndQuery::from_static("/"),
        _ => return Err(TARGET),
    };
    *request.uri_mut() = Uri::from(target);
    request.headers_mut().insert(HOST, host);
    Ok(())
}

fn host_of(authority: &Authority) -> Result<HeaderValue, Refusal> {
    if !is_host(authority.as_str().as_bytes()) {
        return Err(BAD_HOST);
    }
    HeaderValue::from_str(authority.as_str()).map_err(|_| BAD_HOST)
}

/// Whether this can be a host and port. Strict in what would change the meaning of a URL made with
/// it; the rest is for the URL parser.
fn is_host(host: &[u8]) -> bool {
    !host.is_empty() && host.iter().all(|byte| IN_HOST[usize::from(*byte)])
}

/// Whether a byte may be in a host and port.
static IN_HOST: [bool; 256] = alphanumeric_or(b".-_:[]~%!$&'()*+,;=");

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(request: http::request::Builder) -> Result<(String, String), StatusCode> {
        let mut request = request.body(()).unwrap();
        admit(&mut request, 100, None).map_err(|refusal| refusal.status)?;
        Ok((request.headers()[HOST].to_str().unwrap().to_owned(), request.uri().to_string()))
    }

    fn http1(method: &str, target: &str, hosts: &[&str]) -> Result<(String, String), StatusCode> {
        let builder = Request::builder().method(method).uri(target);
        admitted(hosts.iter().fold(builder, |builder, host| builder.header(HOST, *host)))
    }

    fn ok(host: &str, target: &str) -> Result<(String, String), StatusCode> {
        Ok((host.to_owned(), target.to_owned()))
    }

    #[test]
    fn every_form_becomes_host_and_path() {
        assert_eq!(http1("GET", "/a?b", &["example.com:8080"]), ok("example.com:8080", "/a?b"));
        assert_eq!(http1("GET", "http://real.example/a?b", &["other.example"]), ok("real.example", "/a?b"));
        assert_eq!(http1("GET", "http://real.example", &["real.example"]), ok("real.example", "/"));
        assert_eq!(http1("GET", "http://real.example?q", &["real.example"]), ok("real.example", "/?q"));
        assert_eq!(http1("OPTIONS", "*", &["example.com"]), ok("example.com", "/"));
        let h2 = Request::builder().version(Version::HTTP_2).uri("https://example.com/a");
        assert_eq!(admitted(h2), ok("example.com", "/a"));
        let old = Request::builder().version(Version::HTTP_10).uri("/a");
        assert_eq!(admitted(old), ok("localhost", "/a"));
    }

    #[test]
    fn a_missing_doubled_or_impossible_host_is_refused() {
        for hosts in [&[][..], &["a.example", "a.example"], &["a@b"], &["a/b"], &["a b"], &[""], &["a?b"], &["a\\b"]] {
            assert_eq!(http1("GET", "/", hosts), Err(StatusCode::BAD_REQUEST), "{hosts:?}");
        }
        let h2 = Request::builder().version(Version::HTTP_2).uri("https://example.com/a").header(HOST, "other.example");
        assert_eq!(admitted(h2), Err(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn other_targets_and_methods_are_refused() {
        assert_eq!(http1("GET", "*", &["a"]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(http1("GET", "a.example:80", &["a"]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(http1("GET", "ftp://a.example/", &["a"]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(http1("GET", "http://user:secret@a.example/", &["a"]), Err(StatusCode::BAD_REQUEST));
        assert_eq!(http1("CONNECT", "a.example:80", &["a"]), Err(StatusCode::METHOD_NOT_ALLOWED));
        assert_eq!(http1("TRACE", "/", &["a"]), Err(StatusCode::METHOD_NOT_ALLOWED));
        assert_eq!(http1("GET", &format!("/{}", "a".repeat(100)), &["a"]), Err(StatusCode::URI_TOO_LONG));
    }

    #[test]
    fn a_loop_is_refused() {
        let request = |loops| {
            Request::builder().uri("/").header(HOST, "a").header("cdn-loop", format!("selvedge; loops={loops}"))
        };
        assert_eq!(admitted(request(15)), ok("a", "/"));
        assert_eq!(admitted(request(16)), Err(StatusCode::LOOP_DETECTED));
    }
}
