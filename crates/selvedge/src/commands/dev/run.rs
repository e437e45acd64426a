//! The course of `selvedge dev`.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use selvedge_bundle::Watcher;
use selvedge_edge::{BindError, Scheme, Server};
use selvedge_platform::Scheduler;
use selvedge_runtime::V8Token;

use super::args::{DevArgs, Protocol};
use super::browser;
use super::handler::DevHandler;
use super::keys::{self, Key, Keys};
use super::session::{Live, Session};
use super::tls;
use crate::engine::Shared;
use crate::listen::Ip;
use crate::output::{Format, Output};
use crate::shutdown::Shutdown;
use crate::{bindings, cron, failure, services};

/// wrangler's port.
const PORT: u16 = 8787;

/// How many isolates are kept ready: one for the next version.
const WARM: usize = 1;

/// How long requests under way may keep a developer from ending the server.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves until a signal or a key.
///
/// # Errors
/// Whatever keeps the server from starting. What is wrong with the Worker's code does not.
pub(crate) async fn run(args: DevArgs, v8: V8Token) -> anyhow::Result<()> {
    let output = Output::new(Format::of(args.json), args.log_level)?;
    let result = serve(Arc::new(args), v8, &output).await;
    output.flush();
    result
}

async fn serve(args: Arc<DevArgs>, v8: V8Token, output: &Output) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals()?;
    output.note(&format!("\n selvedge {}\n───────────────", env!("CARGO_PKG_VERSION")));
    let mut session = Session::open(args.clone(), output.clone())?;
    args.upstream(&session.project.manifest)?;
    let (server, url) = bind(&args, &session, output)?;
    if let Some(table) = bindings::table(&session.project) {
        output.note(&format!("{table}\n"));
    }
    for (binding, worker) in services::unconnected(&session.project, &[&session.project.manifest.name]) {
        let text =
            format!("The service binding {} is not connected: the Worker {worker} does not run here.", binding.name);
        output.warning(&failure::warning(text));
    }

    let storage = args.state.storage(&session.project.place.root);
    if bindings::keep_data(&session.project) {
        storage.open()?;
    }
    let (shared, built) = tokio::join!(Shared::new(v8, WARM, true, Scheduler::single(), storage), session.build());
    let shared = shared?;
    let started = match built {
        Ok(script) => session.deploy(&shared, script).await,
        Err(error) => Err(error),
    };
    if let Err(error) = started {
        session.report(&error);
    }

    let (live, kept) = (session.live.clone(), shared.clone());
    let handler = DevHandler {
        live: live.clone(),
        output: output.clone(),
        test_scheduled: args.test_scheduled,
        max_body_size: args.edge.max_body_size(),
    };
    let crons = move || match &**live.load() {
        Live::Ready { deployment, .. } => Some(deployment.clone()),
        Live::Broken(_) => None,
    };
    tokio::spawn(cron::fire(crons, output.clone()));
    // Before anybody is told: what changes from then on must be seen.
    match Watcher::new() {
        Ok(mut watcher) => {
            look(&mut watcher, &session, output);
            tokio::spawn(watch(watcher, session, shared, output.clone()));
        }
        Err(error) => session.report(&error.into()),
    }
    output.ready(&url);
    let keys = (args.show_interactive_dev_session && !args.json).then(Keys::take).flatten();
    tokio::select! {
        served = server.serve(handler, shutdown.begun()) => served?,
        // Never ends by itself: `x` asks for the end, and the server then takes its time.
        () = act(keys, &url, &shutdown, output) => {}
    }
    kept.close().await;
    Ok(())
}

/// Takes the address; the result has its URL. wrangler's port is only where to look first.
fn bind(args: &DevArgs, session: &Session, output: &Output) -> anyhow::Result<(Server, String)> {
    let settings = &session.project.manifest.dev;
    let protocol = args.local_protocol.or_else(|| settings.local_protocol.map(Into::into));
    let scheme = protocol.unwrap_or(Protocol::Http).into();
    let tls = match scheme {
        Scheme::Http => None,
        Scheme::Https => {
            let files = args.https_cert_path.as_deref().zip(args.https_key_path.as_deref());
            Some(tls::certificate(files)?)
        }
    };
    let ip = Ip::parse(args.ip.as_deref().or(settings.ip.as_deref()).unwrap_or("localhost"))?;
    let asked = args.port.or(settings.port);
    let mut config = args.edge.configure(ip, asked.unwrap_or(PORT), tls)?;
    config.timeouts.drain = DRAIN;
    let mut any = config.clone();
    any.address.set_port(0);
    let server = match Server::bind(config) {
        Err(BindError::InUse(_)) if asked.is_none() => {
            output.warning(&failure::warning(format!("Port {PORT} is in use; another one is taken.")));
            Server::bind(any)?
        }
        bound => bound?,
    };
    let url = ip.url(scheme, server.local_addr().port());
    Ok((server, url))
}

/// Keeps what is served up to date. Ends only with the watching.
async fn watch(mut watcher: Watcher, mut session: Session, shared: Shared, output: Output) {
    while let Some(changed) = watcher.changed().await {
        let begun = Instant::now();
        match session.change(&shared, changed).await {
            Ok(()) => output.reloaded(begun.elapsed()),
            Err(error) => session.report(&error),
        }
        look(&mut watcher, &session, &output);
    }
}

/// Watches what the project is made of now.
fn look(watcher: &mut Watcher, session: &Session, output: &Output) {
    if let Err(error) = watcher.watch(&session.watch_list()) {
        output.warning(&failure::warning(&error));
    }
}

/// Does what the keys ask for.
async fn act(keys: Option<Keys>, url: &str, shutdown: &Shutdown, output: &Output) {
    let Some(mut keys) = keys else { return std::future::pending().await };
    output.note(keys::HELP);
    while let Some(key) = keys.next().await {
        match key {
            Key::Browser => browser::open(url, output),
            Key::Clear => {
                output.flush();
                let mut terminal = anstream::stdout();
                // ECMA-48: erase the display and what scrolled out of it, and go to its beginning.
                let _ = terminal.write_all(b"\x1b[2J\x1b[3J\x1b[H").and_then(|()| terminal.flush());
                output.note(&format!("{url}\n{}", keys::HELP));
            }
            Key::Exit => shutdown.begin(),
        }
    }
    std::future::pending().await
}
