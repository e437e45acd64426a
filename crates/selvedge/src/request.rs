//! From a request as the edge gives it to the URL that a Worker sees.

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderValue, Request, Uri};
use selvedge_edge::{Origin, Scheme};

/// The path and query of a request.
pub(crate) fn target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |target| target.as_str())
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
    /// The origin of a request in the upstream's name; its `Host` header is changed likewise.
    pub(crate) fn apply<B>(&self, scheme: Scheme, request: &mut Request<B>) -> Origin {
        if let Ok(host) = HeaderValue::from_str(self.authority.as_str()) {
            request.headers_mut().insert(HOST, host);
        }
        Origin::new(self.scheme.unwrap_or(scheme), self.authority.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_takes_the_place_of_the_server() {
        let upstream = Upstream { scheme: Some(Scheme::Https), authority: Authority::from_static("example.com") };
        let mut request = Request::get("/x?y").header(HOST, "localhost:8787").body(()).unwrap();
        let origin = upstream.apply(Scheme::Http, &mut request);
        assert_eq!(origin.url(target(request.uri())), "https://example.com/x?y");
        assert_eq!(request.headers()[HOST], "example.com");
    }

    #[test]
    fn a_target_is_path_and_query() {
        let target = |uri: &str| target(&uri.parse().unwrap()).to_owned();
        assert_eq!((target("/a?b").as_str(), target("http://other.test").as_str()), ("/a?b", "/"));
    }
}
