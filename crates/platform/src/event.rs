//! Events, as the layers above deliver them.

use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderMap;
use selvedge_runtime::Limit;
use selvedge_web::fetch::Body;

use crate::Lineage;

/// What is known of a request besides itself, asked for only when JavaScript looks.
pub trait RequestContext: Send + Sync {
    /// Adds what the front end says of the request: `CF-Connecting-IP`, `CF-Ray` and their like.
    fn add_headers(&self, headers: &mut HeaderMap);

    /// `request.cf` as JSON
    /// (<https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties>).
    fn cf(&self) -> Arc<str>;

    /// The turn of the event, which runs in the task that was to answer, has met this limit and cannot be ended: so who
    /// asked is to have its answer (error 1102) from elsewhere. `headers` are those of the request. Called on any thread, at a
    /// place where nothing may wait.
    fn abandon(&self, limit: Limit, headers: &HeaderMap);
}

/// A request for a Worker to answer.
pub struct FetchEvent {
    /// The request, in the box that it came in. Its URI is not looked at: see `url`.
    pub request: Box<http::Request<Body>>,
    /// The absolute, normalized URL.
    pub url: String,
    /// What else is known of it.
    pub context: Box<dyn RequestContext>,
    /// The named entrypoint that is to answer; `None` is the default one.
    pub entrypoint: Option<String>,
    /// What the entrypoint finds in `ctx.props`, as JSON.
    pub props: Option<Arc<str>>,
    /// How many Workers have called each other before this one.
    pub depth: u32,
    /// What it has in common with the request that led to it; nothing where it comes from outside.
    pub lineage: Option<Arc<Lineage>>,
}

impl std::fmt::Debug for FetchEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchEvent")
            .field("method", self.request.method())
            .field("url", &self.url)
            .field("entrypoint", &self.entrypoint)
            .finish_non_exhaustive()
    }
}

/// A cron trigger that fires.
#[derive(Clone, Debug)]
pub struct ScheduledEvent {
    /// The cron expression, as in the wrangler file.
    pub cron: String,
    /// When it was due.
    pub scheduled_time: SystemTime,
}
