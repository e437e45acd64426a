//! What all Workers of a process share: V8 with the platform in it, and the client behind `fetch()`.

use std::sync::Arc;

use anyhow::Context;
use selvedge_platform::{Scheduler, WorkerCache};
use selvedge_runtime::{Allocator, Engine, Extensions, V8Token, WarmPool};
use selvedge_storage::LocalStorage;
use selvedge_storage::analytics::Analytics;
use selvedge_storage::cache::{CacheLimits, LocalCache};
use selvedge_storage::kv::KvNamespaces;
use selvedge_storage::secrets::Secrets;
use selvedge_web::fetch::{FetchClient, FetchOptions};

use crate::rate_limiters::RateLimiters;
use crate::services::Services;

/// The heap of an isolate, as hosted: <https://developers.cloudflare.com/workers/platform/limits/#memory>.
const HEAP_BYTES: usize = 128 << 20;

/// The engine and the client.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// Isolates, some of them ready.
    pub(crate) pool: Arc<WarmPool>,
    /// Who of the Workers runs where, and who stays in memory.
    pub(crate) scheduler: Arc<Scheduler>,
    /// The client behind `fetch()`.
    pub(crate) client: Arc<FetchClient>,
    /// The data behind the bindings.
    pub(crate) storage: Arc<LocalStorage>,
    /// The Workers that others may call.
    pub(crate) services: Arc<Services>,
    /// The counts behind rate limits.
    pub(crate) rate_limiters: Arc<RateLimiters>,
    /// The KV namespaces in it.
    pub(crate) kv: Arc<KvNamespaces>,
    /// The datasets of Analytics Engine.
    pub(crate) analytics: Arc<Analytics>,
    /// The Secrets Stores.
    pub(crate) secrets: Arc<Secrets>,
    /// Responses that Workers keep. The disk is not touched before one of them does.
    cache: LocalCache,
}

impl Shared {
    /// Makes the engine, on a thread where that may take its time, with `warm` isolates kept ready.
    ///
    /// # Errors
    /// A thread cannot be made, or TLS cannot be set up.
    pub(crate) async fn new(
        v8: V8Token,
        warm: usize,
        allow_private: bool,
        scheduler: Arc<Scheduler>,
        storage: Arc<LocalStorage>,
    ) -> anyhow::Result<Self> {
        Allocator::give_back().context("There is no thread to give memory back.")?;
        let make = move || -> anyhow::Result<Arc<WarmPool>> {
            let engine = Engine::new(&v8, &selvedge_platform::engine_options())?;
            let pool = WarmPool::new(engine, HEAP_BYTES, warm);
            pool.fill()?;
            Ok(Arc::new(pool))
        };
        let pool = tokio::task::spawn_blocking(make).await.context("The engine could not be made.")??;
        Ok(Self {
            pool,
            scheduler,
            client: client(allow_private)?,
            cache: LocalCache::new(storage.clone(), CacheLimits::default()),
            analytics: Arc::new(Analytics::new(storage.clone())),
            kv: Arc::new(KvNamespaces::new(storage.clone())),
            secrets: Arc::new(Secrets::new(storage.clone())),
            storage,
            services: Arc::default(),
            rate_limiters: Arc::default(),
        })
    }

    /// Writes what waits, and closes the files, so that each is whole by itself.
    pub(crate) async fn close(&self) {
        self.analytics.flush().await;
        let storage = self.storage.clone();
        // Fails only if closing panics; the logs beside the files then hold what they held.
        let _ = tokio::task::spawn_blocking(move || storage.databases().close()).await;
    }

    /// What hangs on every instance of the Worker of a name.
    pub(crate) fn extensions(&self, worker: &str) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(self.client.clone());
        WorkerCache::new(Arc::new(self.cache.clone()), worker).install(&mut extensions);
        extensions
    }
}

/// A client for Workers or for what stands behind them.
///
/// # Errors
/// TLS cannot be set up.
pub(crate) fn client(allow_private: bool) -> anyhow::Result<Arc<FetchClient>> {
    let options = FetchOptions { allow_private, extra_roots: Vec::new() };
    Ok(Arc::new(FetchClient::new(options)?))
}
