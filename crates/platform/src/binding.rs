//! Capabilities on `env`.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::OpError;
use selvedge_runtime::Invocation;
use selvedge_storage::analytics::Dataset;
use selvedge_storage::blob::BlobBucket;
use selvedge_storage::d1::SqlDatabase;
use selvedge_storage::kv::KvNamespace;
use selvedge_storage::secrets::Secret;
use selvedge_web::fetch::Body;

use crate::rate_limit::RateLimit;
use crate::service::Service;

/// A future that may be sent between threads, boxed.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Why a [`Fetcher`] has no answer, in words for the Worker's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetcherError(pub String);

impl From<String> for FetcherError {
    fn from(message: String) -> Self {
        Self(message)
    }
}

/// Whatever answers a request in place of the network: static assets, the origin behind a Worker.
pub trait Fetcher: Send + Sync {
    /// Answers `request`, whose URI is absolute.
    fn fetch(&self, request: http::Request<Body>) -> BoxFuture<Result<http::Response<Body>, FetcherError>>;
}

/// Where a database is, and as whom to go there
/// (<https://developers.cloudflare.com/hyperdrive/get-started/>).
#[derive(Clone)]
pub struct Hyperdrive {
    /// All of it, as database drivers take it.
    pub connection_string: String,
    /// The host's name or address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// The database's name.
    pub database: String,
}

/// One binding's value (<https://developers.cloudflare.com/workers/runtime-apis/bindings/>).
#[derive(Clone)]
pub enum Binding {
    /// A string: a variable, a secret, a text blob.
    Text(String),
    /// A variable of any other JSON type.
    Json(serde_json::Value),
    /// Bytes: an `ArrayBuffer`.
    Data(Bytes),
    /// WebAssembly: a `WebAssembly.Module`.
    Wasm(Bytes),
    /// A D1 database.
    D1(Arc<dyn SqlDatabase>),
    /// An Analytics Engine dataset.
    Analytics(Arc<Dataset>),
    /// Where a database is that Hyperdrive leads to.
    Hyperdrive(Hyperdrive),
    /// A secret of a Secrets Store.
    Secret(Secret),
    /// An object with a `fetch` method.
    Fetcher(Arc<dyn Fetcher>),
    /// A limit on how often something happens.
    RateLimit(RateLimit),
    /// Another Worker.
    Service(Arc<dyn Service>),
    /// A KV namespace.
    KvNamespace(Arc<dyn KvNamespace>),
    /// An R2 bucket.
    R2Bucket(Arc<dyn BlobBucket>),
}

impl std::fmt::Debug for Binding {
    /// Values may be secrets: only the kind is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Json(_) => "Json",
            Self::Data(_) => "Data",
            Self::Wasm(_) => "Wasm",
            Self::D1(_) => "D1",
            Self::Analytics(_) => "Analytics",
            Self::Hyperdrive(_) => "Hyperdrive",
            Self::Secret(_) => "Secret",
            Self::Fetcher(_) => "Fetcher",
            Self::RateLimit(_) => "RateLimit",
            Self::Service(_) => "Service",
            Self::KvNamespace(_) => "KvNamespace",
            Self::R2Bucket(_) => "R2Bucket",
        })
    }
}

/// All bindings of a Worker by name: an extension of the instance, where ops find what they belong to.
pub(crate) struct Bindings(pub(crate) HashMap<String, Binding>);

impl Bindings {
    /// What `pick` makes of the binding that an op was called for.
    pub(crate) fn find<T>(
        invocation: &Invocation,
        name: &str,
        pick: impl FnOnce(&Binding) -> Option<T>,
    ) -> Result<T, OpError> {
        let bindings = invocation.instance().extension::<Self>();
        bindings
            .and_then(|bindings| bindings.0.get(name).and_then(pick))
            .ok_or_else(|| OpError::error(format!("internal error: no binding {name}")))
    }
}
