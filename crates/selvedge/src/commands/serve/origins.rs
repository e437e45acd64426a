//! The servers behind the Workers: `--origin`.

use std::str::FromStr;
use std::sync::Arc;

use http::uri::{Authority, Scheme};
use http::{Request, Uri};
use selvedge_platform::Fetcher;
use selvedge_web::fetch::{Body, FetchClient};

use crate::fetchers::{Answer, Origin};

/// One `--origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OriginArg {
    /// The host it stands behind; all others without one.
    host: Option<String>,
    scheme: Scheme,
    authority: Authority,
}

impl FromStr for OriginArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            "expected a URL, or a host and a URL, like http://10.0.0.1:8080 or example.com=http://10.0.0.1:8080"
                .to_owned()
        };
        // Neither a host nor a URL without a query has an equals sign.
        let (host, url) = match text.split_once('=') {
            Some((host, url)) => (Some(host.to_ascii_lowercase()), url),
            None => (None, text),
        };
        let parts = url.parse::<Uri>().map_err(|_| wrong())?.into_parts();
        let target = parts.path_and_query.as_ref().map_or("/", |target| target.as_str());
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) if target == "/" && ["http", "https"].contains(&scheme.as_str()) => {
                Ok(Self { host, scheme, authority })
            }
            _ => Err(wrong()),
        }
    }
}

/// All origins, asked by the host of a request.
pub(super) struct Origins {
    by_host: Vec<(String, Origin)>,
    other: Option<Origin>,
}

impl Origins {
    /// The origins of the arguments; none where there are none.
    pub(super) fn of_arguments(arguments: &[OriginArg], client: &Arc<FetchClient>) -> Option<Arc<dyn Fetcher>> {
        let mut origins = Self { by_host: Vec::new(), other: None };
        for OriginArg { host, scheme, authority } in arguments {
            let origin = Origin::new(client.clone(), scheme.clone(), authority.clone());
            match host {
                Some(host) => origins.by_host.push((host.clone(), origin)),
                None => origins.other = Some(origin),
            }
        }
        (!arguments.is_empty()).then(|| Arc::new(origins) as Arc<dyn Fetcher>)
    }

    fn of_host(&self, host: &str) -> Option<&Origin> {
        let own = self.by_host.iter().find(|(own, _)| own.eq_ignore_ascii_case(host));
        own.map(|(_, origin)| origin).or(self.other.as_ref())
    }
}

impl Fetcher for Origins {
    fn fetch(&self, request: Request<Body>) -> Answer {
        match self.of_host(request.uri().host().unwrap_or_default()) {
            Some(origin) => origin.fetch(request),
            None => Box::pin(async { Err("no origin is configured for this host (--origin)".to_owned().into()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use selvedge_web::fetch::FetchOptions;

    use super::*;

    #[test]
    fn arguments() {
        let parsed: OriginArg = "Shop.test=http://10.0.0.1:81/".parse().unwrap();
        assert_eq!((parsed.host.as_deref(), parsed.authority.as_str()), (Some("shop.test"), "10.0.0.1:81"));
        for bad in ["10.0.0.1:81", "http://a.test/path", "ftp://a.test", ""] {
            assert!(bad.parse::<OriginArg>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hosts_own_origin_comes_before_the_one_for_all() {
        let client = Arc::new(FetchClient::new(FetchOptions::default()).unwrap());
        let by_host = Origin::new(client.clone(), Scheme::HTTP, Authority::from_static("one"));
        let other = Origin::new(client, Scheme::HTTP, Authority::from_static("two"));
        let origins = Origins { by_host: vec![("a.test".into(), by_host)], other: Some(other) };
        let found = |host| origins.of_host(host).map(|origin| format!("{origin:?}").contains("one"));
        assert_eq!((found("A.test"), found("b.test")), (Some(true), Some(false)));
    }
}
