//! Bindings: every capability that a configuration can put on `env`.
//!
//! All tables are read and typed, also those whose service does not exist here yet, so that the platform can refuse
//! such a binding by its name and place instead of leaving `undefined` on `env`.

mod ai;
mod binding;
mod read;
mod services;
mod storage;

pub use ai::{Ai, AiSearch, AiSearchNamespace, RemoteService};
pub use binding::{Binding, BindingKind};
pub(crate) use read::{Level, read_bindings};
pub use services::{
    DispatchNamespace, DispatchOutbound, Flagship, HelloWorld, LogForwarder, MtlsCertificate, Pipeline, QueueProducer,
    RateLimit, SendEmail, Service, SimpleRateLimit, UnsafeBinding, VpcNetwork, VpcService, Workflow, WorkflowLimits,
};
pub use storage::{
    AnalyticsEngineDataset, Artifacts, D1Database, DurableObjectNamespace, Hyperdrive, KvNamespace, R2Bucket,
    SecretsStoreSecret, VectorizeIndex,
};
