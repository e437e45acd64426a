//! What answers at `/metrics`.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use selvedge_edge::{ClientInfo, Handler};

use super::shown::Shown;

/// The text's media type (<https://prometheus.io/docs/specs/om/open_metrics_spec/#content-type>).
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The one page.
pub(crate) struct Page {
    registry: Registry,
    shown: Arc<Shown>,
}

impl Page {
    /// The page of these metrics.
    pub(crate) fn new(shown: Shown) -> Self {
        let shown = Arc::new(shown);
        let mut registry = Registry::default();
        registry.register_collector(Box::new(shown.clone()));
        Self { registry, shown }
    }
}

fn answer(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

impl Handler for Page {
    type RequestBody = Incoming;
    type Body = Full<Bytes>;

    async fn handle(&self, request: Box<Request<Incoming>>, _: ClientInfo) -> Box<Response<Full<Bytes>>> {
        Box::new(self.response(request.method(), request.uri()).await)
    }
}

impl Page {
    async fn response(&self, method: &Method, uri: &Uri) -> Response<Full<Bytes>> {
        const PLAIN: &str = "text/plain; charset=utf-8";
        if uri.path() != "/metrics" {
            return answer(StatusCode::NOT_FOUND, PLAIN, "The metrics are at /metrics.\n");
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut refusal = answer(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "Use GET.\n");
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refusal;
        }
        self.shown.refresh().await;
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => answer(StatusCode::OK, OPENMETRICS, text),
            // Writing to a string does not fail.
            Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "The metrics could not be written.\n"),
        }
    }
}
