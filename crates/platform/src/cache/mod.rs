//! The Cache API, and `fetch` through the cache
//! (<https://developers.cloudflare.com/workers/runtime-apis/cache/>).
//!
//! On hosted a cache belongs to a zone, and all Workers of the zone share it. Here there are no zones, and the Workers
//! of one server may be strangers; so a cache belongs to a **Worker**, by its name: the key of an entry begins with
//! it, and nothing that another Worker passes leads there. `caches.default` and `fetch` share one cache, as on hosted,
//! so that a Worker can replace what it fetched.
//!
//! Bodies go natively both ways: what is matched and answered with is read from memory or a file straight into the
//! socket, and what is put is pumped from where it comes from. JavaScript is only in between where it made the body.

mod answer;
mod fetch;
mod ops;
mod tee;

use std::sync::Arc;

use selvedge_runtime::Extensions;
use selvedge_storage::cache::{CacheKey, HttpCache};
use selvedge_web::fetch::ResponseCache;

pub(crate) use ops::OPS;

/// The caches of one Worker.
#[derive(Clone)]
pub struct WorkerCache {
    cache: Arc<dyn HttpCache>,
    owner: Arc<str>,
}

impl std::fmt::Debug for WorkerCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerCache").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl WorkerCache {
    /// The caches of the Worker of a name.
    pub fn new(cache: Arc<dyn HttpCache>, owner: &str) -> Self {
        Self { cache, owner: owner.into() }
    }

    /// Gives a Worker its caches: they are an extension of its instances.
    pub fn install(self, extensions: &mut Extensions) {
        extensions.insert(Arc::new(ResponseCache(Arc::new(self.clone()))));
        extensions.insert(Arc::new(self));
    }

    /// The key of an entry: of the default cache, or of the one of a name.
    fn key(&self, cache: Option<&str>, key: &str) -> CacheKey {
        match cache {
            None => CacheKey::new(&[&self.owner, "default", key]),
            Some(name) => CacheKey::new(&[&self.owner, "named", name, key]),
        }
    }
}
