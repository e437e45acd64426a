//! One level of a configuration: the top, or one `env.NAME`. Keys that environments inherit are apart from those that
//! they do not, and from those that only the top has.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::assets::Assets;
use crate::bindings::{Binding, BindingKind, Level, read_bindings};
use crate::containers::{Cloudchamber, Container};
use crate::date::CivilDate;
use crate::reader::{FromTable, TableReader};
use crate::routes::Route;
use crate::sections::{
    Build, Cache, ComplianceRegion, Dev, Limits, Migration, Observability, Placement, PythonModules, QueueConsumer,
    Rule, Secrets, Site, StreamingTailConsumer, TailConsumer, Unsafe,
};
use crate::triggers::Triggers;

/// Declares the keys that an environment takes from the top when it does not have them.
macro_rules! inheritable {
    ($( $field:ident : $type:ty ),* $(,)?) => {
        /// The keys that environments inherit. Every one is optional at every level.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct Settings {
            $( pub(crate) $field: Option<$type>, )*
        }

        impl Settings {
            fn read(table: &mut TableReader<'_>) -> Self {
                Self { $( $field: table.field(stringify!($field)), )* }
            }

            /// These settings, and the top's where these have none.
            pub(crate) fn over(self, top: Self) -> Self {
                Self { $( $field: self.$field.or(top.$field), )* }
            }
        }
    };
}

inheritable! {
    account_id: String,
    assets: Assets,
    base_dir: String,
    build: Build,
    cache: Cache,
    compatibility_date: CivilDate,
    compatibility_flags: Vec<String>,
    compliance_region: ComplianceRegion,
    find_additional_modules: bool,
    first_party_worker: bool,
    jsx_factory: String,
    jsx_fragment: String,
    keep_names: bool,
    limits: Limits,
    logpush: bool,
    main: String,
    migrations: Vec<Migration>,
    minify: bool,
    name: String,
    no_bundle: bool,
    observability: Observability,
    placement: Placement,
    preserve_file_names: bool,
    preview_urls: bool,
    previews: Json,
    python_modules: PythonModules,
    route: Route,
    routes: Vec<Route>,
    rules: Vec<Rule>,
    triggers: Triggers,
    tsconfig: String,
    upload_source_maps: bool,
    workers_dev: bool,
}

/// The keys that environments do not inherit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    pub(crate) bindings: Vec<Binding>,
    pub(crate) cloudchamber: Option<Cloudchamber>,
    pub(crate) containers: Vec<Container>,
    pub(crate) define: IndexMap<String, String>,
    pub(crate) queue_consumers: Vec<QueueConsumer>,
    pub(crate) secrets: Option<Secrets>,
    pub(crate) streaming_tail_consumers: Vec<StreamingTailConsumer>,
    pub(crate) tail_consumers: Vec<TailConsumer>,
    pub(crate) unsafe_: Option<Unsafe>,
}

/// The names of those keys, for the warnings about leaving one out. `logfwdr` is inherited as a whole.
pub(crate) const NOT_INHERITED: &[&str] = &[
    "vars",
    "define",
    "secrets",
    "durable_objects",
    "workflows",
    "kv_namespaces",
    "cloudchamber",
    "containers",
    "send_email",
    "queues",
    "r2_buckets",
    "d1_databases",
    "vectorize",
    "ai_search_namespaces",
    "ai_search",
    "hyperdrive",
    "services",
    "analytics_engine_datasets",
    "dispatch_namespaces",
    "mtls_certificates",
    "tail_consumers",
    "streaming_tail_consumers",
    "unsafe",
    "browser",
    "ai",
    "images",
    "stream",
    "media",
    "pipelines",
    "secrets_store_secrets",
    "artifacts",
    "unsafe_hello_world",
    "flagship",
    "worker_loaders",
    "ratelimits",
    "vpc_services",
    "vpc_networks",
    "version_metadata",
];

/// Whether a binding at the top is one in every environment: its table is read at the top only, or inherited.
pub(crate) fn is_for_all(kind: &BindingKind) -> bool {
    matches!(
        kind,
        BindingKind::WasmModule(_) | BindingKind::TextBlob(_) | BindingKind::DataBlob(_) | BindingKind::LogForwarder(_)
    )
}

record! {
    /// The keys that are read at the top only, and hold for every environment.
    pub(crate) struct TopLevel {
        /// What imports of a module name lead to.
        alias: IndexMap<String, String>,
        /// The development server.
        dev: Option<Dev>,
        /// Whether a deployment keeps the variables set elsewhere.
        keep_vars: Option<bool>,
        /// Whether `env` sections are environments of one service.
        legacy_env: Option<bool>,
        /// The output folder of a Pages project.
        pages_build_output_dir: Option<String>,
        /// The JSON schema, for editors.
        schema = "$schema": Option<String>,
        /// Whether wrangler reports its use.
        send_metrics: Option<bool>,
        /// Workers Sites.
        site: Option<Site>,
    }
}

/// The names of the keys that are read at the top only.
pub(crate) const TOP_ONLY: &[&str] = &[
    "$schema",
    "alias",
    "data_blobs",
    "dev",
    "env",
    "keep_vars",
    "legacy_env",
    "pages_build_output_dir",
    "send_metrics",
    "site",
    "text_blobs",
    "wasm_modules",
];

/// What one level says.
pub(crate) struct Environment {
    pub(crate) settings: Settings,
    pub(crate) own: Own,
}

impl Environment {
    /// Reads a level. Does not finish the table: the top has more keys.
    pub(crate) fn read(table: &mut TableReader<'_>, level: Level) -> Self {
        let settings = Settings::read(table);
        let (bindings, parts) = read_bindings(table, level);
        let queue_consumers = parts.queues.map_or_else(Vec::new, |mut queues| {
            let consumers = queues.field("consumers");
            queues.finish();
            consumers
        });
        let unsafe_ = parts.unsafe_.map(|mut table| {
            let rest = Unsafe::from_table(&mut table);
            table.finish();
            rest
        });
        refuse_removed(table);
        Self {
            settings,
            own: Own {
                bindings,
                cloudchamber: table.field("cloudchamber"),
                containers: table.field("containers"),
                define: table.field("define"),
                queue_consumers,
                secrets: table.field("secrets"),
                streaming_tail_consumers: table.field("streaming_tail_consumers"),
                tail_consumers: table.field("tail_consumers"),
                unsafe_,
            },
        }
    }
}

/// Keys that wrangler 4 refuses rather than ignores.
fn refuse_removed(table: &mut TableReader<'_>) {
    if let Some(entry) = table.entry("node_compat") {
        let message = "The \"node_compat\" field is no longer supported as of Wrangler v4.";
        table.cx.report(
            table
                .cx
                .error(entry.key_span, message)
                .label("remove this")
                .help("use the `nodejs_compat` compatibility flag: compatibility_flags = [\"nodejs_compat\"]"),
        );
    }
}
