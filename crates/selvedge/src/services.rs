//! Service bindings between the Workers of one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::bail;
use http::{Response, StatusCode};
use selvedge_config::{Binding, BindingKind, Service as Configured};
use selvedge_platform::{Body, BoxFuture, Service, ServiceCall, ServiceError};

use crate::deployment::Deployment;
use crate::failure::{self, LaidOut};
use crate::project::Project;

/// The Workers that run here, by name. Held weakly: Workers may name each other in a circle.
#[derive(Debug, Default)]
pub(crate) struct Services {
    workers: Mutex<HashMap<String, Weak<Deployment>>>,
}

impl Services {
    /// Lets a Worker be called, in place of an earlier version of it.
    pub(crate) fn register(&self, deployment: &Arc<Deployment>) {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.insert(deployment.name.clone(), Arc::downgrade(deployment));
    }

    fn find(&self, name: &str) -> Option<Arc<Deployment>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).get(name)?.upgrade()
    }
}

/// A binding to a Worker, which is looked up at each call.
pub(crate) struct ServiceBinding {
    services: Arc<Services>,
    name: String,
    entrypoint: Option<String>,
    props: Option<Arc<str>>,
}

impl ServiceBinding {
    /// The binding that a table of `services` asks for.
    pub(crate) fn new(services: Arc<Services>, service: &Configured) -> Self {
        let props = serde_json::to_string(&service.props).ok().filter(|_| !service.props.is_empty());
        Self {
            services,
            name: worker_name(service),
            entrypoint: service.entrypoint.clone().filter(|name| name != "default"),
            props: props.map(Into::into),
        }
    }
}

impl Service for ServiceBinding {
    fn fetch(&self, call: ServiceCall) -> BoxFuture<Result<Response<Body>, ServiceError>> {
        let (entrypoint, props) = (self.entrypoint.clone(), self.props.clone());
        match self.services.find(&self.name) {
            Some(deployment) => Box::pin(async move { Ok(deployment.call(call, entrypoint, props).await?) }),
            None => {
                let answer = not_connected(&self.name);
                Box::pin(async move { Ok(answer) })
            }
        }
    }
}

/// wrangler's answer for a Worker that does not run: status 503.
fn not_connected(name: &str) -> Response<Body> {
    let text = format!(
        "Couldn't find a running Worker \"{name}\" to proxy to: `selvedge dev` runs one project; `selvedge serve` runs \
         several, and they can call each other."
    );
    let mut response = Response::new(Body::from(bytes::Bytes::from(text)));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

fn worker_name(service: &Configured) -> String {
    match &service.environment {
        Some(environment) => format!("{}-{environment}", service.service),
        None => service.service.clone(),
    }
}

/// The service bindings of a project that lead to none of these Workers: the binding, and the Worker's name.
pub(crate) fn unconnected<'p>(project: &'p Project, workers: &[&str]) -> Vec<(&'p Binding, String)> {
    let services = project.manifest.bindings().filter_map(|binding| match &binding.kind {
        BindingKind::Service(service) => Some((binding, worker_name(service))),
        _ => None,
    });
    services.filter(|(_, name)| !workers.contains(&name.as_str())).collect()
}

/// Refuses projects with service bindings that lead nowhere, each by its place.
///
/// # Errors
/// The list of them.
pub(crate) fn check(projects: &[Project]) -> anyhow::Result<()> {
    let workers: Vec<&str> = projects.iter().map(|project| project.manifest.name.as_str()).collect();
    let mut lost = Vec::new();
    for project in projects {
        for (binding, name) in unconnected(project, &workers) {
            let (file, at) = (project.place.shown(), &binding.location);
            lost.push(format!(
                "{}:{}:{}: the service binding {} names the Worker {name}",
                file.display(),
                at.line,
                at.column,
                binding.name
            ));
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    bail!(LaidOut(format!(
        "{}\n\n  {}\n\n  These are served: {}. Serve the Workers together, or remove the bindings.",
        failure::headline("Service bindings lead to Workers that are not served."),
        lost.join("\n  "),
        workers.join(", ")
    )))
}
