//! Which requests get in.
//!
//! hyper refuses what it cannot parse. This refuses what it can parse but a front end must not pass
//! on (RFC 9112, sections 3 and 6): requests that another server might read differently, and
//! requests that are too much. What gets in has one form, whatever it had before: a `Host` header,
//! and a target of path and query.

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery};
use http::{Method, Request, StatusCode, Uri, Version};

use crate::cdn_loop::{self, MAX_LOOPS};
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

/// Admits a request, bringing it into its one form.
pub(crate) fn admit<B>(request: &mut Request<B>, max_uri: usize, tap: Option<&HeadTap>) -> Result<(), Refusal> {
    // First, since the tap must follow every head, those that are refused for other reasons too.
    let framing = match tap {
        Some(tap) => check_framing(request.headers(), tap),
        None => Ok(()),
    };
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        return Err(METHOD);
    }
    framing?;
    if request.uri().path_and_query().map_or(0, |target| target.as_str().len()) > max_uri {
        return Err(URI_LENGTH);
    }
    settle_target(request)?;
    if cdn_loop::loops(request.headers()) >= MAX_LOOPS {
        return Err(LOOP);
    }
    Ok(())
}

fn check_framing(headers: &HeaderMap, tap: &HeadTap) -> Result<(), Refusal> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let (framing, known) = match codings.next() {
        Some(coding) => {
            let known = coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
            (Framing::Chunked, known)
        }
        None => match headers.get(CONTENT_LENGTH) {
            // hyper has parsed it: a length that is no number never gets here.
            Some(length) => {
                (Framing::Length(length.to_str().ok().and_then(|n| n.trim().parse().ok()).unwrap_or(0)), true)
            }
            None => (Framing::None, true),
        },
    };
    if codings.next().is_some() | (tap.take(framing) == RawHead::AmbiguousFraming) {
        return Err(AMBIGUOUS);
    }
    if known { Ok(()) } else { Err(CODING) }
}

fn settle_target<B>(request: &mut Request<B>) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(NO_HOST);
    }
    // The common case, and the only one on a fast path: HTTP/1 with a path and a host.
    if request.uri().authority().is_none() && request.uri().path().starts_with('/') {
        return match host {
            Some(host) if is_host(host.as_bytes()) => Ok(()),
            Some(_) => Err(BAD_HOST),
            None if request.version() == Version::HTTP_10 => {
                request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
                Ok(())
            }
            None => Err(NO_HOST),
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
    let fits = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'.' | b'-'
                    | b'_'
                    | b':'
                    | b'['
                    | b']'
                    | b'~'
                    | b'%'
                    | b'!'
                    | b'$'
                    | b'&'
                    | b'\''
                    | b'('
                    | b')'
                    | b'*'
                    | b'+'
                    | b','
                    | b';'
                    | b'='
            )
    };
    !host.is_empty() && host.iter().all(fits)
}

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
