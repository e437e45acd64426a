//! `route` and `routes`: which requests a Worker serves
//! (<https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior>).

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::reader::{FromValue, Node, quote};
use crate::value::{Kind, Table};

/// The zone a route belongs to. Hosted needs it to find the zone; here it is kept and not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Zone {
    /// `zone_name`.
    #[serde(rename = "zone_name")]
    Name(String),
    /// `zone_id`.
    #[serde(rename = "zone_id")]
    Id(String),
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Route {
    /// Which URLs.
    pub pattern: RoutePattern,
    /// The zone, when given.
    pub zone: Option<Zone>,
    /// Whether the Worker is the origin of the whole host name.
    pub custom_domain: bool,
    /// Whether a custom domain serves at all.
    pub enabled: Option<bool>,
    /// Whether a custom domain serves previews.
    pub previews_enabled: Option<bool>,
}

/// A route's pattern, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutePattern {
    /// The pattern as written.
    pub text: String,
    /// `http` or `https`; `None` matches both.
    pub scheme: Option<String>,
    /// The host in lower case, without a leading `*`.
    pub host: String,
    /// Whether the host began with `*`: any prefix matches. (`*.a.com` matches subdomains, `*a.com` also `a.com`.)
    pub any_host_prefix: bool,
    /// The path, with its leading `/` and without a trailing `*`. Empty when the pattern has no path, which means `/`.
    pub path: String,
    /// Whether the path ended with `*`: any rest matches, the query included.
    pub any_path_suffix: bool,
}

impl Serialize for RoutePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Why a text is no route pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoutePatternError {
    /// Neither `http://` nor `https://`.
    #[error("the scheme of a route is http:// or https://, or left out to match both")]
    Scheme,
    /// Nothing before the path.
    #[error("a route needs a host name, for example example.com/*")]
    NoHost,
    /// `a.*.com`.
    #[error("a wildcard (*) in the host name may only stand at its beginning")]
    HostWildcard,
    /// `/a/*/b`.
    #[error("a wildcard (*) in the path may only stand at its end")]
    PathWildcard,
    /// `?a=1`.
    #[error("a route cannot match query parameters")]
    Query,
    /// `a.com:8080`.
    #[error("a route cannot name a port")]
    Port,
    /// White space.
    #[error("a route cannot contain white space")]
    Space,
}

impl RoutePattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    /// When hosted would refuse the pattern.
    pub fn parse(text: &str) -> Result<Self, RoutePatternError> {
        if text.contains(char::is_whitespace) {
            return Err(RoutePatternError::Space);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (Some(scheme.to_owned()), rest),
            Some(_) => return Err(RoutePatternError::Scheme),
            None => (None, text),
        };
        if rest.contains('?') {
            return Err(RoutePatternError::Query);
        }
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (any_host_prefix, host) = match host.strip_prefix('*') {
            Some(host) => (true, host),
            None => (false, host),
        };
        let (any_path_suffix, path) = match path.strip_suffix('*') {
            Some(path) => (true, path),
            None => (false, path),
        };
        if host.is_empty() {
            return Err(RoutePatternError::NoHost);
        }
        if host.contains('*') {
            return Err(RoutePatternError::HostWildcard);
        }
        if host.contains(':') {
            return Err(RoutePatternError::Port);
        }
        if path.contains('*') {
            return Err(RoutePatternError::PathWildcard);
        }
        Ok(Self {
            text: text.to_owned(),
            scheme,
            host: host.to_ascii_lowercase(),
            any_host_prefix,
            path: path.to_owned(),
            any_path_suffix,
        })
    }
}

const SHAPE: &str = "either a string, or an object with shape \
                     { pattern, custom_domain, zone_id | zone_name, enabled, previews_enabled }";

impl FromValue for Route {
    const TYPE: &'static str = "route";

    fn example() -> Json {
        json!("example.com/*")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match &node.value.kind {
            Kind::String(text) if text.is_empty() && node.path.ends_with("route") => {
                let message = format!("The \"{}\" field is an empty string and will be ignored.", node.path);
                node.cx.report(
                    node.cx
                        .warning(node.value.span, message)
                        .help("Please remove the \"route\" field from your configuration."),
                );
                None
            }
            Kind::String(text) => Some(Self { pattern: read_pattern(node, text)?, ..Self::default() }),
            Kind::Table(table) => read_object(node, table),
            _ => {
                report_shape(node);
                None
            }
        }
    }
}

fn report_shape(node: &Node<'_>) {
    let message = format!("Expected \"{}\" to be {SHAPE}, but got {}.", node.path, quote(node.value));
    node.cx.report(node.error(message).label("not a route").help(node.example(&Route::example())));
}

fn read_pattern(node: &Node<'_>, text: &str) -> Option<RoutePattern> {
    RoutePattern::parse(text)
        .map_err(|error| {
            node.cx.report(
                node.error(format!("Invalid route {text:?}: {error}."))
                    .label("not a route pattern")
                    .help("example: example.com/*"),
            );
        })
        .ok()
}

fn read_object(node: &Node<'_>, table: &Table) -> Option<Route> {
    if !matches!(table.get("pattern").map(|entry| &entry.value.kind), Some(Kind::String(_))) {
        report_shape(node);
        return None;
    }
    let mut reader = node.table()?;
    let text: String = reader.field("pattern");
    let zone_name: Option<String> = reader.field("zone_name");
    let zone_id: Option<String> = reader.field("zone_id");
    let custom_domain: Option<bool> = reader.field("custom_domain");
    let enabled: Option<bool> = reader.field("enabled");
    let previews_enabled: Option<bool> = reader.field("previews_enabled");
    reader.finish();

    let complaint = if zone_name.is_some() && zone_id.is_some() {
        Some("\"zone_name\" and \"zone_id\" cannot both be set")
    } else if custom_domain.is_none() && (enabled.is_some() || previews_enabled.is_some()) {
        Some("\"enabled\" and \"previews_enabled\" belong to a custom domain: set \"custom_domain\" too")
    } else if custom_domain.is_none() && zone_name.is_none() && zone_id.is_none() {
        Some("one of \"zone_name\", \"zone_id\" and \"custom_domain\" is required beside \"pattern\"")
    } else if custom_domain == Some(true) && text.contains('*') {
        Some("Wildcard operators (*) are not allowed in Custom Domains")
    } else if custom_domain == Some(true) && text.contains('/') {
        Some("Paths are not allowed in Custom Domains")
    } else {
        None
    };
    if let Some(complaint) = complaint {
        node.cx.report(
            node.error(format!("Invalid route {text:?}: {complaint}."))
                .label("not a route")
                .help(format!("expected {SHAPE}")),
        );
        return None;
    }
    Some(Route {
        pattern: read_pattern(node, &text)?,
        zone: zone_name.map(Zone::Name).or(zone_id.map(Zone::Id)),
        custom_domain: custom_domain.unwrap_or(false),
        enabled,
        previews_enabled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_taken_apart() {
        let pattern = RoutePattern::parse("https://*.Example.com/api/*").unwrap();
        assert_eq!(pattern.scheme.as_deref(), Some("https"));
        assert_eq!((pattern.host.as_str(), pattern.any_host_prefix), (".example.com", true));
        assert_eq!((pattern.path.as_str(), pattern.any_path_suffix), ("/api/", true));
    }

    #[test]
    fn a_pattern_without_a_path_has_none() {
        let pattern = RoutePattern::parse("example.com").unwrap();
        assert_eq!((pattern.path.as_str(), pattern.any_path_suffix), ("", false));
    }

    #[test]
    fn patterns_that_hosted_refuses_are_refused() {
        use RoutePatternError as Error;
        for (text, error) in [
            ("ftp://a.com/*", Error::Scheme),
            ("/*", Error::NoHost),
            ("", Error::NoHost),
            ("a.*.com/", Error::HostWildcard),
            ("a.com/*/b", Error::PathWildcard),
            ("a.com/?b=1", Error::Query),
            ("a.com:8080/", Error::Port),
            ("a.com/ b", Error::Space),
        ] {
            assert_eq!(RoutePattern::parse(text), Err(error), "{text}");
        }
    }
}
