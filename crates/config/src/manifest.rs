//! The outcome: everything a configuration says about one Worker in one environment, as plain data.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value as Json;

use crate::assets::Assets;
use crate::bindings::{Binding, BindingKind};
use crate::containers::{Cloudchamber, Container};
use crate::cron::Cron;
use crate::date::CivilDate;
use crate::routes::Route;
use crate::sections::{
    Build, Cache, ComplianceRegion, Dev, Limits, Migration, Observability, Placement, PythonModules, QueueConsumer,
    Rule, Secrets, Site, StreamingTailConsumer, TailConsumer, Unsafe,
};

/// One Worker's configuration. Paths are as written: relative to the folder of the configuration file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    /// The Worker's name. In an environment that gives none of its own, `name-environment`.
    pub name: String,
    /// The environment this is the configuration of; `None` is the top level.
    pub environment: Option<String>,
    /// The entry point. `None` for a Worker of assets only.
    pub main: Option<String>,
    /// The day whose behaviour the Worker wants.
    pub compatibility_date: CivilDate,
    /// Behaviours it wants or does not want besides.
    pub compatibility_flags: Vec<String>,
    /// Everything on `env`, in an order that tables of one kind keep. See also [`Self::vars`].
    pub bindings: Vec<Binding>,

    /// Which files are modules of which type, before the built-in rules.
    pub rules: Vec<Rule>,
    /// Identifiers replaced by expressions.
    pub define: IndexMap<String, String>,
    /// Module names replaced by others.
    pub alias: IndexMap<String, String>,
    /// Whether the bundle is minified.
    pub minify: bool,
    /// Whether `main` is served as it is.
    pub no_bundle: bool,
    /// Whether files beside `main` that match `rules` are modules too. Wrangler's default is `no_bundle`.
    pub find_additional_modules: Option<bool>,
    /// The folder those files are looked for in; the entry point's when left out.
    pub base_dir: Option<String>,
    /// Whether module names stay without a hash.
    pub preserve_file_names: bool,
    /// The TypeScript configuration.
    pub tsconfig: Option<String>,
    /// What JSX elements become.
    pub jsx_factory: String,
    /// What JSX fragments become.
    pub jsx_fragment: String,
    /// Whether functions keep their names through bundling.
    pub keep_names: bool,
    /// Whether source maps are uploaded.
    pub upload_source_maps: bool,
    /// A command that makes the entry point.
    pub build: Build,
    /// Files that a Python Worker leaves.
    pub python_modules: Option<PythonModules>,

    /// Static assets.
    pub assets: Option<Assets>,
    /// Workers Sites.
    pub site: Option<Site>,
    /// Which requests the Worker serves.
    pub routes: Vec<Route>,
    /// When it runs by the clock, in UTC.
    pub crons: Vec<Cron>,
    /// Whether it has a `workers.dev` host.
    pub workers_dev: Option<bool>,
    /// Whether its versions have hosts of their own.
    pub preview_urls: Option<bool>,

    /// Limits of an invocation.
    pub limits: Limits,
    /// Logs and traces.
    pub observability: Option<Observability>,
    /// Where it runs.
    pub placement: Option<Placement>,
    /// Whether trace events go to Logpush.
    pub logpush: Option<bool>,
    /// The cache in front of it.
    pub cache: Option<Cache>,
    /// Where hosted may run it.
    pub compliance_region: Option<ComplianceRegion>,

    /// The history of its Durable Object classes.
    pub migrations: Vec<Migration>,
    /// The queues it takes messages from.
    pub queue_consumers: Vec<QueueConsumer>,
    /// The Workers that receive its traces.
    pub tail_consumers: Vec<TailConsumer>,
    /// The Workers that receive its traces as they happen.
    pub streaming_tail_consumers: Vec<StreamingTailConsumer>,
    /// The container images it runs.
    pub containers: Vec<Container>,
    /// Cloudchamber's settings.
    pub cloudchamber: Option<Cloudchamber>,
    /// The secrets it needs. `None`: any secret of its local files is taken.
    pub secrets: Option<Secrets>,
    /// What hosted takes without wrangler knowing it.
    #[serde(rename = "unsafe")]
    pub unsafe_: Option<Unsafe>,
    /// Overrides for previews, as written.
    pub previews: Option<Json>,

    /// The development server.
    pub dev: Dev,
    /// The Cloudflare account.
    pub account_id: Option<String>,
    /// Whether a deployment keeps the variables set elsewhere.
    pub keep_vars: bool,
    /// For Cloudflare's own use.
    pub first_party_worker: Option<bool>,
}

impl Manifest {
    /// Everything on `env`, with its kind and its place in the configuration file.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.iter()
    }

    /// The binding of a name.
    #[must_use]
    pub fn binding(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.name == name)
    }

    /// The variables: `vars`.
    pub fn vars(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.bindings.iter().filter_map(|binding| match &binding.kind {
            BindingKind::Var(value) => Some((binding.name.as_str(), value)),
            _ => None,
        })
    }

    /// Sets a variable, as `--var NAME:VALUE` does. It takes the place of any binding of that name.
    pub fn set_var(&mut self, name: &str, value: impl Into<Json>) {
        let kind = BindingKind::Var(value.into());
        match self.bindings.iter_mut().find(|binding| binding.name == name) {
            Some(binding) => binding.kind = kind,
            None => self.bindings.push(Binding {
                name: name.to_owned(),
                kind,
                location: crate::source::Location::default(),
            }),
        }
    }
}
