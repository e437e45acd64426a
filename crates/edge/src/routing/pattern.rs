//! One route pattern.

use std::cmp::Ordering;

use url::Url;

use crate::Scheme;

/// Why a route pattern is no route pattern.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RouteError {
    /// It does not read as a URL.
    #[error(
        "route \"{pattern}\" is not a URL pattern ({cause}); write a host and a path, like example.com/* or *.example.com/api/*"
    )]
    NotAUrl {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        cause: String,
    },
    /// It has a scheme other than the web's.
    #[error(
        "route \"{pattern}\" starts with {scheme}://; only http:// and https:// can be routed (leave the scheme out for both)"
    )]
    Scheme {
        /// The pattern.
        pattern: String,
        /// Its scheme.
        scheme: String,
    },
    /// It has a query string.
    #[error("route \"{0}\" contains a query string, which is not allowed; end the path with * to match any query")]
    Query(String),
    /// It has a wildcard in its middle.
    #[error(
        "route \"{0}\" contains an infix wildcard, which is not allowed; * may only stand at the very start of the host and at the very end of the path"
    )]
    InfixWildcard(String),
    /// A custom domain that is more than a host.
    #[error(
        "custom domain \"{0}\" must be a host alone, without scheme, path or wildcard, like app.example.com; use a route for the rest"
    )]
    CustomDomain(String),
}

/// A parsed pattern: an optional scheme, a host that may begin with `*`, and a path that may end
/// with `*`.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePattern {
    text: String,
    scheme: Option<Scheme>,
    pub(super) host: Host,
    path: String,
    path_is_prefix: bool,
    /// Hosted's own measure.
    specificity: usize,
    is_custom_domain: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Host {
    /// This very host.
    Exact(String),
    /// Every host with this ending. It may be empty.
    Suffix(String),
}

impl RoutePattern {
    /// Parses a pattern of `routes`, such as `example.com/*`, `*.example.com/api/*`,
    /// `*example.com/images/*` or `https://example.com/`. A pattern without a path has the path
    /// `/`. Ports are ignored.
    ///
    /// # Errors
    /// The pattern is not one, each with what to write instead.
    pub fn parse(pattern: &str) -> Result<Self, RouteError> {
        let own = || pattern.to_owned();
        let (scheme, rest) = match pattern.split_once("://") {
            Some(("http", rest)) => (Some(Scheme::Http), rest),
            Some(("https", rest)) => (Some(Scheme::Https), rest),
            Some((other, _)) => {
                return Err(RouteError::Scheme { pattern: own(), scheme: other.to_owned() });
            }
            None => (None, pattern),
        };
        if rest.contains('?') {
            return Err(RouteError::Query(own()));
        }
        let (is_suffix, rest) = match rest.strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (path_is_prefix, rest) = match rest.strip_suffix('*') {
            Some(rest) if rest.contains('/') => (true, rest),
            Some(_) => return Err(RouteError::InfixWildcard(own())),
            None => (false, rest),
        };
        if rest.contains('*') {
            return Err(RouteError::InfixWildcard(own()));
        }
        // The host goes through the URL parser for its case, its port and its international form.
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (dot, host) = match host.strip_prefix('.') {
            Some(host) if is_suffix => (".", host),
            _ => ("", host),
        };
        let not_a_url = |cause: String| RouteError::NotAUrl { pattern: own(), cause };
        let (host, path) = if is_suffix && host.is_empty() {
            (String::new(), parse(&format!("http://any{path}")).map_err(not_a_url)?.path().to_owned())
        } else {
            let url = parse(&format!("http://{host}{path}")).map_err(not_a_url)?;
            (format!("{dot}{}", url.host_str().unwrap_or_default()), url.path().to_owned())
        };
        Ok(Self {
            text: own(),
            scheme,
            specificity: specificity(is_suffix, dot == ".", &host, &path, path_is_prefix),
            host: if is_suffix { Host::Suffix(host) } else { Host::Exact(host) },
            path,
            path_is_prefix,
            is_custom_domain: false,
        })
    }

    /// A custom domain: every path of one host. Any route of the same host outranks it.
    ///
    /// # Errors
    /// The text is not a host alone.
    pub fn custom_domain(host: &str) -> Result<Self, RouteError> {
        if host.contains(['*', '/', '?', ':']) {
            return Err(RouteError::CustomDomain(host.to_owned()));
        }
        let pattern = Self::parse(&format!("{host}/*"))?;
        Ok(Self { text: host.to_owned(), is_custom_domain: true, ..pattern })
    }

    /// Whether a URL matches. `host` is lower case and without port, `target` the path with the
    /// query, if any.
    ///
    /// As hosted, the query counts: `example.com/a` does not match `/a?b`, and `example.com/a*`
    /// does.
    pub fn matches(&self, scheme: Scheme, host: &str, target: &str) -> bool {
        self.scheme.is_none_or(|own| own == scheme)
            && match &self.host {
                Host::Exact(own) => host == own,
                Host::Suffix(suffix) => host.ends_with(suffix.as_str()),
            }
            && if self.path_is_prefix { target.starts_with(&self.path) } else { target == self.path }
    }

    /// Orders patterns so that the one to ask first comes first.
    pub(super) fn by_precedence(&self, other: &Self) -> Ordering {
        self.is_custom_domain
            .cmp(&other.is_custom_domain)
            .then(other.specificity.cmp(&self.specificity))
            .then(other.text.len().cmp(&self.text.len()))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn parse(url: &str) -> Result<Url, String> {
    Url::parse(url).map_err(|error| error.to_string())
}

/// The measure of hosted's routing table, as Cloudflare published it in `miniflare`: labels of the
/// host weigh more than segments of the path, and a wildcard that stands alone in its place takes
/// two away. Its known oddity, that `example.com/images*` outranks `example.com/images/*`, is kept.
fn specificity(is_suffix: bool, dotted: bool, host: &str, path: &str, path_is_prefix: bool) -> usize {
    let labels = host.split('.').count();
    // `*.example.com` has the label `*`, which counts and takes two; `*example.com` has none.
    let host_score = if is_suffix && (dotted || host.is_empty()) { labels.saturating_sub(2) } else { labels };
    let segments = path.split('/').count();
    let path_score = if path_is_prefix && path.ends_with('/') { segments.saturating_sub(2) } else { segments };
    host_score * 26 + path_score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches() {
        for (pattern, url, expected) in [
            ("example.com/*", "http://example.com/", true),
            ("example.com/*", "https://example.com/a/b?c", true),
            ("example.com/*", "https://www.example.com/", false),
            ("example.com", "https://example.com/", true),
            ("example.com/a", "https://example.com/a", true),
            ("example.com/a", "https://example.com/a?q=1", false),
            ("example.com/a", "https://example.com/ab", false),
            ("example.com/a*", "https://example.com/ab?q=1", true),
            ("*.example.com/*", "https://a.b.example.com/", true),
            ("*.example.com/*", "https://example.com/", false),
            ("*example.com/*", "https://example.com/", true),
            ("*example.com/*", "https://myexample.com/", true),
            ("*/*", "https://anything.test/x", true),
            ("*/api/*", "https://anything.test/api/x", true),
            ("https://example.com/*", "http://example.com/", false),
            ("EXAMPLE.com:8080/*", "https://example.com/", true),
            ("bücher.example/*", "https://xn--bcher-kva.example/", true),
            ("*.bücher.example/*", "https://a.xn--bcher-kva.example/", true),
        ] {
            let url = Url::parse(url).unwrap();
            let scheme = if url.scheme() == "http" { Scheme::Http } else { Scheme::Https };
            let target = &url[url::Position::BeforePath..];
            let found = RoutePattern::parse(pattern).unwrap().matches(scheme, url.host_str().unwrap(), target);
            assert_eq!(found, expected, "{pattern} {url}");
        }
    }

    #[test]
    fn what_is_refused() {
        let refused = |pattern| RoutePattern::parse(pattern).unwrap_err();
        assert!(matches!(refused("example.com/?a=*"), RouteError::Query(_)));
        for pattern in
            ["example.com/*.jpg", "exa*mple.com/", "a.*.com/*", "example.com*", "**example.com/", "example.com/a**"]
        {
            assert!(matches!(refused(pattern), RouteError::InfixWildcard(_)), "{pattern}");
        }
        assert!(matches!(refused("ftp://example.com/*"), RouteError::Scheme { .. }));
        for pattern in ["", "/*", "exa mple.com/*"] {
            assert!(matches!(refused(pattern), RouteError::NotAUrl { .. }), "{pattern}");
        }
        for host in ["https://app.example.com", "app.example.com/", "*.example.com"] {
            assert!(RoutePattern::custom_domain(host).is_err(), "{host}");
        }
        assert!(refused("example.com/*.jpg").to_string().contains("infix wildcard"));
    }
}
