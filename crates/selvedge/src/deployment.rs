//! One project, ready to answer: its Worker, its assets, its schedules.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{Request, Response, Uri};
use selvedge_config::{Cron, Manifest, NodejsCompat};
use selvedge_edge::ClientInfo;
use selvedge_edge::error_page::EdgeError;
use selvedge_platform::{
    FetchEvent, Fetcher, Handlers, NodeCompat, NodeLevel, RequestContext, ScheduledEvent, ServiceCall, Worker,
    WorkerError, WorkerOptions,
};
use selvedge_runtime::{JsError, Limit, Limits, Script, StartError};
use selvedge_web::fetch::Body;
use selvedge_web::websocket::ServerHandshake;

use crate::assets::ProjectAssets;
use crate::bindings;
use crate::engine::Shared;
use crate::fetchers::AssetsFetcher;
use crate::output::{Output, WorkerLog};
use crate::project::Project;
use crate::web_sockets;

/// What is chosen for a deployment besides its project.
#[derive(Clone)]
pub(crate) struct DeployOptions {
    /// The most instances of the Worker at once.
    pub(crate) max_instances: usize,
    /// Where a request goes that the Worker lets pass.
    pub(crate) origin: Option<Arc<dyn Fetcher>>,
    /// Where the Worker's console goes.
    pub(crate) output: Output,
    /// Whether the log names the Worker.
    pub(crate) named: bool,
    /// Whether `limits.cpu_ms` counts. A debugger's or a developer's machine is slower than the edge.
    pub(crate) enforce_cpu: bool,
}

/// A project that answers.
#[derive(Debug)]
pub(crate) struct Deployment {
    /// The Worker's name.
    pub(crate) name: String,
    worker: Option<Arc<Worker>>,
    assets: Option<ProjectAssets>,
    /// When it runs by the clock.
    pub(crate) crons: Vec<Cron>,
}

impl Deployment {
    /// Puts a project together. Nothing of it runs yet. Without a script it has assets only.
    ///
    /// # Errors
    /// A file that a binding names cannot be read.
    pub(crate) fn new(
        shared: &Shared,
        project: &Project,
        script: Option<Arc<Script>>,
        assets: Option<ProjectAssets>,
        options: &DeployOptions,
    ) -> anyhow::Result<Self> {
        let manifest = &project.manifest;
        let name = manifest.name.clone();
        let fetcher = assets.clone().map(|assets| Arc::new(AssetsFetcher(assets)) as Arc<dyn Fetcher>);
        let bindings = bindings::environment(shared, project, fetcher.as_ref())?;
        let mut limits = Limits::default();
        if let Some(millis) = manifest.limits.cpu_ms.filter(|_| options.enforce_cpu) {
            limits.cpu = Duration::from_millis(millis);
        }
        if let Some(count) = manifest.limits.subrequests {
            limits.subrequests = u32::try_from(count).unwrap_or(u32::MAX);
        }
        let log = WorkerLog::new(options.output.clone(), options.named.then(|| name.clone()));
        let worker = script.map(|script| {
            let mut extensions = shared.extensions(&name);
            extensions.insert(Arc::new(web_sockets::settings(manifest)));
            let options = WorkerOptions {
                name: name.clone(),
                script,
                bindings,
                compatibility_flags: manifest.compatibility_flags.clone(),
                node: node_compat(manifest),
                limits,
                max_instances: options.max_instances,
                scheduler: shared.scheduler.clone(),
                log: Arc::new(log),
                origin: options.origin.clone(),
                extensions,
            };
            Worker::new(shared.pool.clone(), options)
        });
        Ok(Self { name, worker, assets, crons: manifest.crons.clone() })
    }

    /// The Worker; nothing for assets only.
    pub(crate) fn worker(&self) -> Option<&Arc<Worker>> {
        self.worker.as_ref()
    }

    /// Whether there is a script.
    pub(crate) fn has_worker(&self) -> bool {
        self.worker.is_some()
    }

    /// The folder of the static assets: absolute, without links.
    pub(crate) fn assets_folder(&self) -> Option<&Path> {
        self.assets.as_ref().map(|assets| assets.folder.as_path())
    }

    /// Runs the Worker's global scope once. What it handles is the result; nothing for assets only.
    ///
    /// # Errors
    /// The Worker's code does not start.
    pub(crate) async fn start(&self) -> Result<Option<Handlers>, StartError> {
        match &self.worker {
            Some(worker) => worker.start().await.map(Some),
            None => Ok(None),
        }
    }

    /// Lets go of the Worker's instances until they are needed.
    pub(crate) fn unload(&self) {
        if let Some(worker) = &self.worker {
            worker.unload();
        }
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.worker.as_ref().is_none_or(|worker| worker.is_idle())
    }

    /// Waits for the work that goes on after responses.
    pub(crate) async fn drain(&self) {
        if let Some(worker) = &self.worker {
            worker.drain().await;
        }
    }

    /// Answers a visitor's request for `uri`; see [`visit`].
    ///
    /// # Errors
    /// The Worker failed.
    pub(crate) async fn fetch(&self, uri: &Uri, event: Box<FetchEvent>) -> Result<Box<Response<Body>>, WorkerError> {
        let request = &event.request;
        let handshake = ServerHandshake::of(request);
        if let Some(assets) = &self.assets
            && assets.answer(self.worker.is_some(), uri, request.headers())
        {
            let response = assets.serve(request.method(), uri, request.headers()).await;
            return Ok(web_sockets::connect(handshake, Box::new(response)));
        }
        let worker = self.worker.as_ref().ok_or_else(no_worker)?;
        let response = worker.fetch(event).await?;
        Ok(web_sockets::connect(handshake, response))
    }

    /// Answers another Worker. Assets answer for the default entrypoint only.
    ///
    /// # Errors
    /// The Worker failed.
    pub(crate) async fn call(
        &self,
        call: ServiceCall,
        entrypoint: Option<String>,
        props: Option<Arc<str>>,
    ) -> Result<Response<Body>, WorkerError> {
        let ServiceCall { request, url, context, depth, lineage } = call;
        if let (Some(assets), None) = (&self.assets, &entrypoint) {
            let uri: Uri = url.parse().unwrap_or_default();
            if assets.answer(self.worker.is_some(), &uri, request.headers()) {
                return Ok(assets.serve(request.method(), &uri, request.headers()).await);
            }
        }
        let worker = self.worker.as_ref().ok_or_else(no_worker)?;
        let lineage = Some(lineage);
        let request = Box::new(request);
        let event = FetchEvent { request, url, context, entrypoint, props, depth, lineage };
        worker.fetch(event).await.map(|response| *response)
    }

    /// Runs the `scheduled` handler.
    ///
    /// # Errors
    /// The Worker failed, or has no such handler.
    pub(crate) async fn scheduled(&self, cron: String, scheduled_time: SystemTime) -> Result<(), WorkerError> {
        match &self.worker {
            Some(worker) => worker.scheduled(ScheduledEvent { cron, scheduled_time }).await,
            None => Err(no_worker()),
        }
    }
}

fn no_worker() -> WorkerError {
    WorkerError::Exception(Box::new(JsError::text("The project has assets only, and no Worker (\"main\").")))
}

/// The event of a visitor's request. `url` is the one that the Worker sees.
pub(crate) fn visit(request: Box<Request<Body>>, url: String, client: ClientInfo) -> Box<FetchEvent> {
    let context = Box::new(Visitor(client));
    Box::new(FetchEvent { request, url, context, entrypoint: None, props: None, depth: 0, lineage: None })
}

/// Who sent a request, as a Worker may ask.
struct Visitor(ClientInfo);

impl RequestContext for Visitor {
    fn add_headers(&self, headers: &mut http::HeaderMap) {
        self.0.apply(headers);
    }

    fn cf(&self) -> Arc<str> {
        self.0.cf_json()
    }

    fn abandon(&self, _: Limit, headers: &http::HeaderMap) {
        self.0.abandon(EdgeError::WorkerExceededLimits, headers);
    }
}

/// What the Worker has of Node.js.
fn node_compat(manifest: &Manifest) -> Option<NodeCompat> {
    let level = match manifest.nodejs_compat()? {
        NodejsCompat::AsyncLocalStorage => NodeLevel::AsyncLocalStorage,
        NodejsCompat::V1 => NodeLevel::V1,
        NodejsCompat::V2 => NodeLevel::V2,
    };
    Some(NodeCompat { level, process_env: manifest.populates_process_env() })
}
