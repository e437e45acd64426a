//! Which Worker answers which URL.

use anyhow::{Context, bail};
use selvedge_config::Manifest;
use selvedge_edge::Scheme;
use selvedge_edge::routing::{RoutePattern, RouteTable};

/// The routes of all Workers. A Worker is its place in the list that this was made of.
#[derive(Debug)]
pub(super) struct Routes {
    table: RouteTable<usize>,
    /// The Worker that answers everything.
    only: Option<usize>,
}

impl Routes {
    /// Takes the routes from the manifests.
    ///
    /// # Errors
    /// A route is none, or two Workers have the same.
    pub(super) fn new(manifests: &[&Manifest], domain: Option<&str>) -> anyhow::Result<Self> {
        if let [manifest] = manifests
            && manifest.routes.is_empty()
        {
            return Ok(Self { table: RouteTable::new([]), only: Some(0) });
        }
        let mut routes: Vec<(RoutePattern, usize)> = Vec::new();
        for (place, manifest) in manifests.iter().enumerate() {
            for pattern in patterns(manifest, domain)? {
                let same = routes.iter().find(|(other, _)| other.as_str() == pattern.as_str());
                if let Some((_, other)) = same
                    && *other != place
                {
                    bail!(
                        "The route {} belongs to two Workers, {} and {}. Take it from one of them.",
                        pattern.as_str(),
                        manifests[*other].name,
                        manifest.name
                    );
                }
                routes.push((pattern, place));
            }
        }
        Ok(Self { table: RouteTable::new(routes), only: None })
    }

    /// The Worker of a URL.
    pub(super) fn find(&self, scheme: Scheme, host: &str, target: &str) -> Option<usize> {
        self.only.or_else(|| self.table.find(scheme, host, target).map(|(_, place)| *place))
    }
}

/// The patterns of one Worker: its routes, and the hosts that stand for its `workers.dev` one.
fn patterns(manifest: &Manifest, domain: Option<&str>) -> anyhow::Result<Vec<RoutePattern>> {
    let name = &manifest.name;
    let mut patterns = Vec::new();
    for route in manifest.routes.iter().filter(|route| route.enabled != Some(false)) {
        let text = &route.pattern.text;
        let parse = if route.custom_domain { RoutePattern::custom_domain } else { RoutePattern::parse };
        patterns.push(parse(text).with_context(|| format!("A route of the Worker {name} cannot be used."))?);
    }
    // As hosted: without routes there is such a host, unless the file says otherwise.
    if manifest.workers_dev.unwrap_or(manifest.routes.is_empty()) {
        for host in ["localhost"].into_iter().chain(domain) {
            let pattern = RoutePattern::parse(&format!("{name}.{host}/*"));
            patterns.push(pattern.with_context(|| format!("The Worker {name} can have no host under {host}."))?);
        }
    }
    Ok(patterns)
}

#[cfg(test)]
mod tests {
    use selvedge_config::{CivilDate, LoadOptions};

    use super::*;

    fn manifest(name: &str, settings: &str) -> Manifest {
        let text = format!(r#"{{"name":"{name}","main":"i.js","compatibility_date":"2025-01-01"{settings}}}"#);
        let today = CivilDate::new(2026, 1, 1).unwrap();
        selvedge_config::parse(&text, "wrangler.json", &LoadOptions::new(today)).unwrap().manifest
    }

    #[test]
    fn alone_and_without_routes_a_worker_answers_everything() {
        let one = manifest("a", "");
        let routes = Routes::new(&[&one], None).unwrap();
        assert_eq!(routes.find(Scheme::Http, "any.test", "/x"), Some(0));
    }

    #[test]
    fn among_others_it_has_hosts_of_its_name() {
        let (a, b) = (manifest("a", ""), manifest("b", r#","routes":["b.test/*"]"#));
        let routes = Routes::new(&[&a, &b], Some("example.com")).unwrap();
        let find = |host| routes.find(Scheme::Http, host, "/");
        assert_eq!((find("a.localhost:8080"), find("a.example.com")), (Some(0), Some(0)));
        assert_eq!((find("b.test"), find("b.localhost"), find("any.test")), (Some(1), None, None));
    }

    #[test]
    fn a_route_belongs_to_one_worker() {
        let (a, b) = (manifest("a", r#","route":"x.test/*""#), manifest("b", r#","route":"x.test/*""#));
        let error = Routes::new(&[&a, &b], None).unwrap_err().to_string();
        assert!(error.contains("x.test/*") && error.contains("a and b"), "{error}");
    }
}
