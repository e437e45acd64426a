//! What a Worker fetches from without a network of its own: the assets behind `env.ASSETS`, the origin behind it.

use std::sync::Arc;

use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use selvedge_platform::{BoxFuture, Fetcher, FetcherError};
use selvedge_web::fetch::{Body, FetchClient};

use crate::assets::ProjectAssets;

/// What a fetcher gives.
pub(crate) type Answer = BoxFuture<Result<Response<Body>, FetcherError>>;

/// The `ASSETS` binding.
#[derive(Debug)]
pub(crate) struct AssetsFetcher(pub(crate) ProjectAssets);

impl Fetcher for AssetsFetcher {
    fn fetch(&self, request: Request<Body>) -> Answer {
        let assets = self.0.clone();
        Box::pin(async move {
            let (mut head, _) = request.into_parts();
            // `_headers` and `_redirects` may speak of hosts.
            let host = head.uri.authority().map(Authority::as_str);
            if let Some(host) = host.and_then(|host| HeaderValue::from_str(host).ok()) {
                head.headers.insert(HOST, host);
            }
            Ok(assets.serve(&head.method, &head.uri, &head.headers).await)
        })
    }
}

/// The server that stands behind a Worker: where a request goes when the Worker lets it pass.
#[derive(Debug)]
pub(crate) struct Origin {
    client: Arc<FetchClient>,
    scheme: Scheme,
    authority: Authority,
}

impl Origin {
    /// The origin at a host, reached with a client.
    pub(crate) fn new(client: Arc<FetchClient>, scheme: Scheme, authority: Authority) -> Self {
        Self { client, scheme, authority }
    }

    fn rebase(&self, uri: &Uri) -> Result<Uri, http::Error> {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(target).build()
    }
}

impl Fetcher for Origin {
    fn fetch(&self, mut request: Request<Body>) -> Answer {
        let client = self.client.clone();
        let uri = self.rebase(request.uri());
        Box::pin(async move {
            *request.uri_mut() = uri.map_err(|error| error.to_string())?;
            client.send(request).await.map_err(|error| error.to_string().into())
        })
    }
}

#[cfg(test)]
mod tests {
    use selvedge_web::fetch::FetchOptions;

    use super::*;

    #[test]
    fn a_request_keeps_its_path_and_query_at_the_origin() {
        let client = Arc::new(FetchClient::new(FetchOptions::default()).unwrap());
        let origin = Origin::new(client, Scheme::HTTP, Authority::from_static("10.0.0.1:81"));
        for (uri, rebased) in [
            ("https://a.test/page?x", "http://10.0.0.1:81/page?x"),
            ("https://a.test", "http://10.0.0.1:81/"),
            ("/only/a/path", "http://10.0.0.1:81/only/a/path"),
        ] {
            assert_eq!(origin.rebase(&uri.parse().unwrap()).unwrap(), rebased);
        }
    }
}
