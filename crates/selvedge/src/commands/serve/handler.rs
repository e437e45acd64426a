//! Requests to a fleet of Workers.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use http_body_util::Full;
use selvedge_edge::access_log::AccessRecord;
use selvedge_edge::error_page::{EdgeError, error_response};
use selvedge_edge::{ClientInfo, Handler, Origin};
use selvedge_platform::{Bound, WorkerError};
use selvedge_web::fetch::Body;

use super::routes::Routes;
use crate::deployment::{Deployment, visit};
use crate::output::Output;
use crate::{failure, request, request_body};

/// Routes requests to Workers, and answers where none can.
pub(super) struct Fleet {
    pub(super) routes: Routes,
    pub(super) deployments: Vec<Arc<Deployment>>,
    pub(super) output: Output,
    pub(super) access_log: bool,
    /// The largest body of a request, in bytes.
    pub(super) max_body_size: u64,
}

/// What is needed of a request once it has been given away, and its target, which goes no further. Cheap: only counts of
/// references go up.
struct Asked<'a> {
    method: Method,
    origin: Cow<'a, Origin>,
    uri: Uri,
    accept: Option<HeaderValue>,
}

impl<'a> Asked<'a> {
    fn of(request: &mut Request<Body>, client: &'a ClientInfo) -> Self {
        let uri = std::mem::take(request.uri_mut());
        let headers = request.headers();
        // A request has few headers: to pass by them costs less than to look for one that most have not.
        let accept = headers.iter().find(|(name, _)| **name == ACCEPT).map(|(_, value)| value.clone());
        Self { method: request.method().clone(), origin: client.origin(headers), uri, accept }
    }

    fn host(&self) -> &str {
        self.origin.host()
    }

    fn accept(&self) -> HeaderMap {
        self.accept.iter().map(|value| (ACCEPT, value.clone())).collect()
    }

    fn target(&self) -> &str {
        request::target(&self.uri)
    }
}

impl Handler for Fleet {
    type RequestBody = Body;
    type Body = Body;

    async fn handle(&self, mut request: Box<Request<Body>>, client: ClientInfo) -> Box<Response<Body>> {
        let asked = Asked::of(&mut request, &client);
        let begun = self.access_log.then(|| (SystemTime::now(), Instant::now()));
        let found = self.routes.find(client.scheme(), asked.host(), asked.target());
        let deployment = found.and_then(|place| self.deployments.get(place));
        let response = match deployment {
            Some(deployment) => self.answer(deployment, request, &asked, &client).await,
            None => Box::new(own(EdgeError::NoRoute, &asked, &client)),
        };
        if let Some(begun) = begun {
            self.log(&asked, &client, deployment, begun, &response);
        }
        response
    }
}

impl Fleet {
    async fn answer(
        &self,
        deployment: &Deployment,
        mut request: Box<Request<Body>>,
        asked: &Asked<'_>,
        client: &ClientInfo,
    ) -> Box<Response<Body>> {
        let url = asked.origin.url(asked.target());
        let Ok(limit) = request_body::admit(&mut request, self.max_body_size) else {
            refused(deployment);
            return Box::new(too_large(asked, client));
        };
        let fetched = deployment.fetch(&asked.uri, visit(request, url, client.clone())).await;
        // Whatever a Worker makes of a body that broke off: it is the client that has to know why.
        if limit.is_some_and(|limit| limit.is_exceeded()) {
            refused(deployment);
            return Box::new(too_large(asked, client));
        }
        fetched.unwrap_or_else(|error| Box::new(self.failed(deployment, asked, client, &error)))
    }

    fn log(
        &self,
        asked: &Asked<'_>,
        client: &ClientInfo,
        worker: Option<&Arc<Deployment>>,
        (time, begun): (SystemTime, Instant),
        response: &Response<Body>,
    ) {
        self.output.access(&AccessRecord {
            time,
            method: &asked.method,
            host: asked.host(),
            target: asked.target(),
            protocol: client.http_protocol(),
            client: client.address(),
            ray: &format!("{}-{}", client.ray(), client.colo()),
            worker: worker.map(|deployment| deployment.name.as_str()),
            status: response.status(),
            duration: begun.elapsed(),
            bytes: response.body().length(),
        });
    }

    /// What a visitor gets of a Worker that failed.
    fn failed(
        &self,
        deployment: &Deployment,
        asked: &Asked<'_>,
        client: &ClientInfo,
        error: &WorkerError,
    ) -> Response<Body> {
        // That it is refused was told when it began to be.
        if !matches!(error, WorkerError::Refused) {
            self.tell(deployment, asked, client, error);
        }
        let shown = match error.code() {
            1102 => EdgeError::WorkerExceededLimits,
            _ => EdgeError::WorkerThrew,
        };
        own(shown, asked, client)
    }

    /// Visitors see a number; the cause is for the operator.
    fn tell(&self, deployment: &Deployment, asked: &Asked<'_>, client: &ClientInfo, error: &WorkerError) {
        let (name, method, path, ray) = (&deployment.name, &asked.method, asked.uri.path(), client.ray());
        let headline = format!("{name}: {}\n\n  {method} {path} (ray {ray})", error.report());
        self.output.error(&failure::headline(headline));
    }
}

/// Counts a request whose body is too large.
fn refused(deployment: &Deployment) {
    if let Some(worker) = deployment.worker() {
        worker.metrics().meet(Bound::BodySize);
    }
}

fn too_large(asked: &Asked<'_>, client: &ClientInfo) -> Response<Body> {
    request_body::too_large(&asked.accept(), asked.host(), client.ray())
}

fn own(error: EdgeError, asked: &Asked<'_>, client: &ClientInfo) -> Response<Body> {
    let response = error_response(error, &asked.accept(), asked.host(), client.ray());
    response.map(|body: Full<Bytes>| Body::boxed(body))
}
