//! The course of `selvedge serve`.

use std::path::Path;
use std::sync::Arc;

use selvedge_edge::{Homes, Scheme, Server, TlsConfig};
use selvedge_platform::Scheduler;
use selvedge_runtime::{Compilation, V8Token};
use tokio::runtime::Handle;

use super::args::ServeArgs;
use super::boot;
use super::handler::Fleet;
use super::origins::Origins;
use super::projects;
use super::routes::Routes;
use crate::commands::run::cores;
use crate::deployment::DeployOptions;
use crate::engine::{self, Shared};
use crate::listen::Ip;
use crate::metrics::{self, Page, Shown};
use crate::output::{Format, Output, count};
use crate::project::Project;
use crate::reserve::{self, Reserves};
use crate::sandbox::Needs;
use crate::shutdown::Shutdown;
use crate::spread::{self, Machine};
use crate::{bindings, cron, memory, services, state};

/// How many isolates are kept ready for Workers' first requests.
const WARM: usize = 4;

/// The threads of a server, beside those of the runtime that it is called in.
pub(crate) struct Threads {
    /// The runtime for the events of heavy Workers.
    pub(crate) heavy: Handle,
    /// Those that serve connections.
    pub(crate) homes: Arc<Homes>,
    pub(crate) reserves: Reserves,
}

/// Serves until a signal, and then until the requests under way are answered.
///
/// # Errors
/// Whatever keeps the server from starting.
pub(crate) async fn run(args: ServeArgs, v8: V8Token, threads: Threads) -> anyhow::Result<()> {
    let output = Output::new(Format::of(args.json), args.log_level)?;
    let result = serve(args, v8, threads, &output).await;
    output.flush();
    result
}

async fn serve(args: ServeArgs, v8: V8Token, threads: Threads, output: &Output) -> anyhow::Result<()> {
    let Threads { heavy, homes, reserves } = threads;
    let shutdown = Shutdown::on_signals()?;
    let compilation = args.compilation();
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(TlsConfig::from_pem_files(cert, key)?),
        _ => None,
    };
    let scheme = if tls.is_some() { Scheme::Https } else { Scheme::Http };
    let ip = Ip::parse(&args.ip)?;
    let mut config = args.edge.configure(ip, args.port, tls)?;
    config.homes = Some(homes.clone());
    let projects = projects::load(&args.paths, args.env.as_deref())?;
    services::check(&projects)?;
    let manifests: Vec<_> = projects.iter().map(|project| &project.manifest).collect();
    let routes = Routes::new(&manifests, args.domain.as_deref())?;
    // Taken now: a port in use should be told before a fleet is built.
    let server = Server::bind(config)?;
    let metrics = args.metrics.map(metrics::bind).transpose()?;

    let storage = args.state.storage(home(&projects));
    if projects.iter().any(bindings::keep_data) {
        storage.open()?;
        output.note(&format!("State: {}", storage.path().display()));
        state::unused(&projects, &storage).iter().for_each(|warning| output.warning(warning));
    }
    let budget = args.memory.map_or_else(|| memory::available() / 2, |megabytes| u64::from(megabytes) << 20);
    let scheduler = Scheduler::new(Some(heavy), usize::try_from(budget).unwrap_or(usize::MAX));
    let shared = Shared::new(v8, WARM, args.allow_private_network, scheduler.clone(), storage).await?;
    shared.pool.on_held_threads(move |held| reserves.work(held));
    let options = DeployOptions {
        max_instances: args.instances.map_or_else(cores, usize::from),
        // An origin is the operator's word, also when its address is private.
        origin: Origins::of_arguments(&args.origin, &engine::client(true)?),
        output: output.clone(),
        named: projects.len() > 1,
        enforce_cpu: true,
    };
    let deployments = boot::build(&projects, &shared, &options, compilation).await?;
    let needs = Needs {
        state: deployments.iter().any(|deployment| deployment.has_worker()).then(|| shared.storage.path().to_owned()),
        assets: deployments.iter().filter_map(|deployment| deployment.assets_folder()).map(Path::to_owned).collect(),
        executable_memory: compilation == Compilation::MachineCode,
    };
    // Before the sandbox, which may not let all be opened that they read.
    let machine = Machine::open();
    let metrics = metrics.map(|server| (server, Page::new(Shown::new(deployments.clone(), &shared))));
    let _held = args.sandbox.enter(&needs, output)?;
    boot::start(&deployments, output).await;
    deployments.iter().for_each(|deployment| shared.services.register(deployment));
    if deployments.iter().any(|deployment| !deployment.crons.is_empty()) {
        let (deployments, output) = (deployments.clone(), output.clone());
        tokio::spawn(cron::fire(move || deployments.clone(), output));
    }

    tokio::spawn(reserve::watch(shared.pool.clone(), scheduler.clone(), output.clone()));
    tokio::spawn(scheduler.care());
    tokio::spawn(spread::watch(homes, shared.pool.clone(), machine));
    if let Some((server, page)) = metrics {
        output.metrics(&format!("http://{}/metrics", server.local_addr()));
        // It shows the drain, too, and ends with the process.
        tokio::spawn(server.serve(page, std::future::pending()));
    }

    let workers = count(deployments.len(), "Worker");
    output.note(&format!("selvedge {}: {workers}", env!("CARGO_PKG_VERSION")));
    output.ready(&ip.url(scheme, server.local_addr().port()));
    let access_log = args.access_log;
    let max_body_size = args.edge.max_body_size();
    let fleet = Fleet { routes, deployments: deployments.clone(), output: output.clone(), access_log, max_body_size };
    server.serve(fleet, shutdown.begun()).await?;
    // One that is idle may be called again by another that is not.
    while !deployments.iter().all(|deployment| deployment.is_idle()) {
        for deployment in &deployments {
            deployment.drain().await;
        }
    }
    shared.close().await;
    // The process ends: taking hundreds of heaps apart would only make it end later.
    std::mem::forget(deployments);
    Ok(())
}

/// The folder whose state it is: the project's, or, for several projects, the one that the command is given in.
fn home(projects: &[Project]) -> &Path {
    match projects {
        [project] => &project.place.root,
        _ => Path::new("."),
    }
}
