//! All routes together.

use std::collections::HashMap;

use super::pattern::{Host, RoutePattern};
use crate::Scheme;

/// Routes to targets, of which the most specific that matches wins.
///
/// Routes of one exact host are found by that host, so many hosts cost no more than one; those with
/// a wildcard host are tried in turn.
#[derive(Debug)]
pub struct RouteTable<T> {
    /// In order of precedence.
    routes: Vec<(RoutePattern, T)>,
    /// Places in `routes`, ascending.
    by_host: HashMap<String, Vec<usize>>,
    wildcards: Vec<usize>,
}

impl<T> RouteTable<T> {
    /// Builds a table. Of two routes with the same pattern the first given wins.
    pub fn new(routes: impl IntoIterator<Item = (RoutePattern, T)>) -> Self {
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by(|(a, _), (b, _)| a.by_precedence(b));
        let mut by_host: HashMap<String, Vec<usize>> = HashMap::new();
        let mut wildcards = Vec::new();
        for (place, (pattern, _)) in routes.iter().enumerate() {
            match &pattern.host {
                Host::Exact(host) => by_host.entry(host.clone()).or_default().push(place),
                Host::Suffix(_) => wildcards.push(place),
            }
        }
        Self { routes, by_host, wildcards }
    }

    /// The target of a URL, with the pattern that won. `host` is as in a `Host` header (any case,
    /// maybe with a port), `target` the path and query.
    pub fn find(&self, scheme: Scheme, host: &str, target: &str) -> Option<(&RoutePattern, &T)> {
        let host = without_port(host);
        let lower;
        let host = if host.bytes().any(|b| b.is_ascii_uppercase()) {
            lower = host.to_ascii_lowercase();
            &lower
        } else {
            host
        };
        let first =
            |places: &[usize]| places.iter().copied().find(|place| self.routes[*place].0.matches(scheme, host, target));
        let exact = self.by_host.get(host).and_then(|places| first(places));
        let place = match (exact, first(&self.wildcards)) {
            (Some(exact), Some(wildcard)) => exact.min(wildcard),
            (exact, wildcard) => exact.or(wildcard)?,
        };
        let (pattern, target) = &self.routes[place];
        Some((pattern, target))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'t>(patterns: &[&'t str], host: &str, target: &str) -> Option<&'t str> {
        let routes = patterns.iter().map(|text| (RoutePattern::parse(text).unwrap(), *text));
        RouteTable::new(routes).find(Scheme::Https, host, target).map(|(_, text)| *text)
    }

    #[test]
    fn the_most_specific_wins() {
        for (patterns, host, target, expected) in [
            (&["*.example.com/*", "www.example.com/*"][..], "www.example.com", "/", Some("www.example.com/*")),
            (&["example.com/*", "example.com/api/*"], "example.com", "/api/x", Some("example.com/api/*")),
            (&["example.com/*", "example.com/api/*"], "example.com", "/apix", Some("example.com/*")),
            (&["*/*", "*.example.com/*"], "a.example.com", "/", Some("*.example.com/*")),
            (&["example.com/a*", "example.com/ab*"], "example.com", "/abc", Some("example.com/ab*")),
            // As documented under known issues.
            (&["*.example.com/a", "a.example.com/*"], "a.example.com", "/a", Some("a.example.com/*")),
            (
                &["example.com/images/*", "example.com/images*"],
                "example.com",
                "/images/hello",
                Some("example.com/images*"),
            ),
            (&["example.com/*"], "EXAMPLE.com:8787", "/", Some("example.com/*")),
            (&["example.com/*"], "other.test", "/", None),
            (&["[::1]/*"], "[::1]:8787", "/", Some("[::1]/*")),
        ] {
            assert_eq!(find(patterns, host, target), expected, "{patterns:?} {host} {target}");
        }
    }

    #[test]
    fn routes_outrank_custom_domains() {
        let table = RouteTable::new([
            (RoutePattern::custom_domain("app.example.com").unwrap(), "domain"),
            (RoutePattern::parse("*.example.com/api/*").unwrap(), "route"),
        ]);
        let target = |path| table.find(Scheme::Https, "app.example.com", path).map(|(_, target)| *target);
        assert_eq!(target("/api/x"), Some("route"));
        assert_eq!(target("/"), Some("domain"));
    }
}
