//! One binding: its name on `env`, what it is, and where the configuration says so.

use serde::Serialize;
use serde_json::Value as Json;

use super::ai::{Ai, AiSearch, AiSearchNamespace, RemoteService};
use super::services::{
    DispatchNamespace, Flagship, HelloWorld, LogForwarder, MtlsCertificate, Pipeline, QueueProducer, RateLimit,
    SendEmail, Service, UnsafeBinding, VpcNetwork, VpcService, Workflow,
};
use super::storage::{
    AnalyticsEngineDataset, Artifacts, D1Database, DurableObjectNamespace, Hyperdrive, KvNamespace, R2Bucket,
    SecretsStoreSecret, VectorizeIndex,
};
use crate::source::Location;

/// A property of `env`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Binding {
    /// The property's name.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: BindingKind,
    /// Where the configuration file names it.
    pub location: Location,
}

/// Declares the kinds with the key of their table and wrangler's name for them.
macro_rules! kinds {
    ($( $(#[$meta:meta])* $variant:ident $(($payload:ty))? = $table:literal, $title:literal; )*) => {
        /// What a binding is, with the settings of its table.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "kind", content = "settings", rename_all = "snake_case")]
        pub enum BindingKind {
            $( $(#[$meta])* $variant $(($payload))?, )*
        }

        impl BindingKind {
            /// The key of its table in a configuration file: `kv_namespaces`.
            #[must_use]
            pub fn table(&self) -> &'static str {
                match self { $( Self::$variant { .. } => $table, )* }
            }

            /// Its name for people, as wrangler prints it: `KV Namespace`.
            #[must_use]
            pub fn title(&self) -> &'static str {
                match self { $( Self::$variant { .. } => $title, )* }
            }
        }
    };
}

kinds! {
    /// A string, or any JSON value.
    Var(Json) = "vars", "Environment Variable";
    /// A secret that must be given when the Worker starts.
    Secret = "secrets", "Secret";
    /// A file as a `WebAssembly.Module` (service-worker syntax). The path is relative to the configuration file.
    WasmModule(String) = "wasm_modules", "Wasm Module";
    /// A file as a string (service-worker syntax). The path is relative to the configuration file.
    TextBlob(String) = "text_blobs", "Text Blob";
    /// A file as an `ArrayBuffer` (service-worker syntax). The path is relative to the configuration file.
    DataBlob(String) = "data_blobs", "Data Blob";
    /// The Worker's own static assets.
    Assets = "assets", "Assets";
    /// The older static assets.
    WorkersSite = "site", "Workers Site";
    /// A KV namespace.
    KvNamespace(KvNamespace) = "kv_namespaces", "KV Namespace";
    /// An R2 bucket.
    R2Bucket(R2Bucket) = "r2_buckets", "R2 Bucket";
    /// A D1 database.
    D1Database(D1Database) = "d1_databases", "D1 Database";
    /// A Durable Object class.
    DurableObjectNamespace(DurableObjectNamespace) = "durable_objects", "Durable Object";
    /// A queue to send to.
    Queue(QueueProducer) = "queues", "Queue";
    /// Another Worker.
    Service(Service) = "services", "Worker";
    /// A workflow.
    Workflow(Workflow) = "workflows", "Workflow";
    /// An Analytics Engine dataset.
    AnalyticsEngineDataset(AnalyticsEngineDataset) = "analytics_engine_datasets", "Analytics Engine Dataset";
    /// A Vectorize index.
    VectorizeIndex(VectorizeIndex) = "vectorize", "Vectorize Index";
    /// A Hyperdrive configuration.
    Hyperdrive(Hyperdrive) = "hyperdrive", "Hyperdrive Config";
    /// A secret of a Secrets Store.
    SecretsStoreSecret(SecretsStoreSecret) = "secrets_store_secrets", "Secrets Store Secret";
    /// Workers AI.
    Ai(Ai) = "ai", "AI";
    /// A namespace of AI Search instances.
    AiSearchNamespace(AiSearchNamespace) = "ai_search_namespaces", "AI Search Namespace";
    /// An AI Search instance.
    AiSearch(AiSearch) = "ai_search", "AI Search Instance";
    /// Browser rendering.
    Browser(RemoteService) = "browser", "Browser Run";
    /// Image transformation.
    Images(RemoteService) = "images", "Images";
    /// Media transformation.
    Media(RemoteService) = "media", "Media";
    /// Video.
    Stream(RemoteService) = "stream", "Stream";
    /// The Worker's own version.
    VersionMetadata = "version_metadata", "Worker Version Metadata";
    /// Outgoing e-mail.
    SendEmail(SendEmail) = "send_email", "Send Email";
    /// A client certificate.
    MtlsCertificate(MtlsCertificate) = "mtls_certificates", "mTLS Certificate";
    /// A namespace of Workers.
    DispatchNamespace(DispatchNamespace) = "dispatch_namespaces", "Dispatch Namespace";
    /// A rate limiter.
    RateLimit(RateLimit) = "ratelimits", "Rate Limit";
    /// A pipeline.
    Pipeline(Pipeline) = "pipelines", "Pipeline";
    /// A store of artifacts.
    Artifacts(Artifacts) = "artifacts", "Artifacts";
    /// A loader of Workers at run time.
    WorkerLoader = "worker_loaders", "Worker Loader";
    /// A service in a private network.
    VpcService(VpcService) = "vpc_services", "VPC Service";
    /// A private network.
    VpcNetwork(VpcNetwork) = "vpc_networks", "VPC Network";
    /// Feature flags.
    Flagship(Flagship) = "flagship", "Flagship";
    /// Wrangler's own example of a binding.
    HelloWorld(HelloWorld) = "unsafe_hello_world", "Hello World";
    /// A destination of logs.
    LogForwarder(LogForwarder) = "logfwdr", "logfwdr";
    /// A binding that wrangler does not know.
    Unsafe(UnsafeBinding) = "unsafe", "Unsafe Metadata";
}
