//! Requests to a project under development.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use http::header::ACCEPT;
use http::{HeaderMap, Request, Response};
use selvedge_edge::access_log::AccessRecord;
use selvedge_edge::error_page::accepts_html;
use selvedge_edge::{ClientInfo, Handler};
use selvedge_web::fetch::Body;

use super::page;
use super::scheduled::Trigger;
use super::session::Live;
use crate::deployment::visit;
use crate::output::Output;
use crate::{failure, request, request_body};

/// Answers with the version that is live when a request comes.
pub(super) struct DevHandler {
    pub(super) live: Arc<ArcSwap<Live>>,
    pub(super) output: Output,
    pub(super) test_scheduled: bool,
    /// The largest body of a request, in bytes.
    pub(super) max_body_size: u64,
}

impl Handler for DevHandler {
    type RequestBody = Body;
    type Body = Body;

    async fn handle(&self, request: Box<Request<Body>>, client: ClientInfo) -> Box<Response<Body>> {
        let (time, begun) = (SystemTime::now(), Instant::now());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let origin = client.origin(request.headers());
        let response = self.answer(request, client.clone()).await;
        self.output.request(&AccessRecord {
            time,
            method: &method,
            host: origin.host(),
            target: uri.path(),
            protocol: client.http_protocol(),
            client: client.address(),
            ray: &client.ray().to_string(),
            worker: None,
            status: response.status(),
            duration: begun.elapsed(),
            bytes: response.body().length(),
        });
        Box::new(response)
    }
}

impl DevHandler {
    async fn answer(&self, mut request: Box<Request<Body>>, client: ClientInfo) -> Response<Body> {
        // Kept to the end: a reload lets this version finish what it began.
        let live = self.live.load_full();
        if let Some(trigger) = Trigger::of(request.uri(), self.test_scheduled) {
            let ran = live.scheduled(trigger.cron.clone(), trigger.time).await;
            if let Err(report) = &ran {
                self.output.error(report);
            }
            return trigger.response(ran.is_ok());
        }
        let html = accepts_html(request.headers());
        let (deployment, upstream) = match &*live {
            Live::Ready { deployment, upstream } => (deployment, upstream),
            Live::Broken(report) => {
                return page::response("Selvedge cannot start the Worker", report, html);
            }
        };
        let origin = match upstream {
            Some(upstream) => upstream.apply(client.scheme(), &mut *request),
            None => client.origin(request.headers()).into_owned(),
        };
        let url = origin.url(request::target(request.uri()));
        let accept: HeaderMap =
            request.headers().get(ACCEPT).map(|value| (ACCEPT, value.clone())).into_iter().collect();
        let ray = client.ray();
        let Ok(limit) = request_body::admit(&mut request, self.max_body_size) else {
            return request_body::too_large(&accept, origin.host(), ray);
        };
        let uri = std::mem::take(request.uri_mut());
        let fetched = deployment.fetch(&uri, visit(request, url, client)).await;
        if limit.is_some_and(|limit| limit.is_exceeded()) {
            return request_body::too_large(&accept, origin.host(), ray);
        }
        match fetched {
            Ok(response) => *response,
            Err(error) => {
                let report = error.report();
                self.output.error(&failure::headline(&report));
                page::response("The Worker failed", &report, html)
            }
        }
    }
}
