//! From a request as the edge gives it to the URL that a Worker sees.

use std::net::Ipv4Addr;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Request, Uri};
use selvedge_edge::Scheme;
use url::Url;

/// The `Host` header. The edge lets no request through without one.
pub(crate) fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// The whole URL of a request, normalized as the URL Standard does.
pub(crate) fn url(scheme: Scheme, host: &str, uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut url = String::with_capacity(scheme.as_str().len() + 3 + host.len() + target.len());
    for part in [scheme.as_str(), "://", host, target] {
        url.push_str(part);
    }
    if is_normal_host(host) && is_normal_target(target) {
        return url;
    }
    match Url::parse(&url) {
        Ok(parsed) => parsed.into(),
        Err(_) => url,
    }
}

/// Whether normalizing would change nothing about a host, as far as that can be told quickly.
fn is_normal_host(host: &str) -> bool {
    let end = host.bytes().position(|byte| byte == b':').unwrap_or(host.len());
    let (name, port) = host.split_at(end);
    if matches!(port, ":" | ":80" | ":443") || port.starts_with(":0") {
        return false;
    }
    match name.as_bytes().last() {
        // Digits at the end may make it an IPv4 address, which has many spellings; dotted decimals without leading zeros
        // are how the standard itself writes one.
        Some(b'0'..=b'9') => name.parse::<Ipv4Addr>().is_ok(),
        Some(b'a'..=b'z') => {
            let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':');
            host.bytes().all(plain) && (!host.contains("--") || !host.contains("xn--"))
        }
        _ => false,
    }
}

/// Whether normalizing would change nothing about a path and query, as far as that can be told quickly.
fn is_normal_target(target: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~!$&()*+,;=:@?%.".contains(&byte);
    target.bytes().all(plain) && !target.contains("/.") && !target.contains("/%2")
}

/// A host in whose place this server stands: Workers see its name instead of the server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// Its scheme; the connection's own when nothing is said.
    pub(crate) scheme: Option<Scheme>,
    /// Its host, and its port if it is not the scheme's.
    pub(crate) authority: Authority,
}

impl Upstream {
    /// The URL of a request in the upstream's name; its `Host` header is changed likewise.
    pub(crate) fn apply<B>(&self, scheme: Scheme, request: &mut Request<B>) -> String {
        if let Ok(host) = HeaderValue::from_str(self.authority.as_str()) {
            request.headers_mut().insert(HOST, host);
        }
        url(self.scheme.unwrap_or(scheme), self.authority.as_str(), request.uri())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_made_of_scheme_host_and_target() {
        let url = |uri: &str| url(Scheme::Https, "a.test:81", &uri.parse().unwrap());
        assert_eq!(url("/a%20b?c=d"), "https://a.test:81/a%20b?c=d");
        assert_eq!(url("http://other.test"), "https://a.test:81/");
    }

    #[test]
    fn a_url_is_normalized() {
        for (host, target, expected) in [
            ("A.test", "/", "http://a.test/"),
            ("a.test:80", "/x", "http://a.test/x"),
            ("a.test:080", "/x", "http://a.test/x"),
            ("a.test:", "/x", "http://a.test/x"),
            ("127.0.0.1:", "/x", "http://127.0.0.1/x"),
            ("a.test:8080", "/x", "http://a.test:8080/x"),
            ("0x7f.1", "/", "http://127.0.0.1/"),
            ("127.0.0.1:8080", "/", "http://127.0.0.1:8080/"),
            ("127.0.0.1:80", "/", "http://127.0.0.1/"),
            ("[0:0::1]:81", "/", "http://[::1]:81/"),
            ("a.test", "/a/../b/./c", "http://a.test/b/c"),
            ("a.test", "/a/%2E%2e/b", "http://a.test/b"),
            ("a.test", "/a?b='c'", "http://a.test/a?b=%27c%27"),
            ("a.test", "/..a/x.y", "http://a.test/..a/x.y"),
        ] {
            assert_eq!(url(Scheme::Http, host, &target.parse().unwrap()), expected);
        }
    }

    #[test]
    fn what_is_taken_for_normal_is() {
        for text in ["http://a.test/a-b_c~d!$&()*+,;=:@/%41?e=%zz&f=g.h?i", "http://a1.b-c.test:8787/a..b//c"] {
            let (host, target) = text[7..].split_at(text[7..].find('/').unwrap());
            assert!(is_normal_host(host) && is_normal_target(target), "{text}");
            assert_eq!(Url::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn an_upstream_takes_the_place_of_the_server() {
        let upstream = Upstream { scheme: Some(Scheme::Https), authority: Authority::from_static("example.com") };
        let mut request = Request::get("/x?y").header(HOST, "localhost:8787").body(()).unwrap();
        assert_eq!(upstream.apply(Scheme::Http, &mut request), "https://example.com/x?y");
        assert_eq!(host(request.headers()), "example.com");
    }
}
