//! A cache that a request may go through on its way to its origin.
//!
//! What is cached, and for whom, is the embedder's affair: this is the place where it can step in. Each request of a
//! chain of redirects goes through by itself, as each has a URL of its own. A `fetch` that asks for nothing never comes
//! here.

use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};

use super::body::Body;
use super::client::FetchClient;
use super::error::FetchError;

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, FetchError>> + Send>>;

/// Stands between `fetch` and the network.
pub trait FetchCache: Send + Sync {
    /// Answers a request, from the cache or by the client. `wishes` is what it says of caching: the members of its
    /// `cf` that do, and its cache `mode`, as JSON.
    fn fetch(&self, request: Request<Body>, wishes: &str, client: FetchClient) -> Answer;
}

/// An extension of the instance; without it, wishes are not heeded.
pub struct ResponseCache(pub Arc<dyn FetchCache>);

/// The way of a request that is to go through a cache.
#[derive(Clone)]
pub struct Through {
    /// The cache.
    pub cache: Arc<ResponseCache>,
    /// What the request says of caching.
    pub wishes: String,
}

impl std::fmt::Debug for Through {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Through").field("wishes", &self.wishes).finish_non_exhaustive()
    }
}
