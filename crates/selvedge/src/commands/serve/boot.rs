//! Every Worker is bundled and started once before the server listens. In between, the process enters its sandbox: no
//! line of a Worker runs outside of it, and no file of a project is read within.
//!
//! A mistake in a project stops the start: it is a mistake of the deployment. A Worker whose code throws at its
//! global scope does not: its visitors get an error page, and the others' get their Workers. What V8 learns at that
//! one start, the code cache, makes the start at the first request short; until then the Worker holds no memory.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use selvedge_bundle::bundle;
use selvedge_runtime::Compilation;

use super::jitless;
use crate::assets::ProjectAssets;
use crate::commands::run::cores;
use crate::deployment::{DeployOptions, Deployment};
use crate::engine::Shared;
use crate::failure::{self, LaidOut};
use crate::output::Output;
use crate::project::Project;
use crate::{bindings, bundling, custom_build, sizes, variables};

/// Makes a deployment of each project, in their order. Nothing of them runs yet.
///
/// # Errors
/// All that keeps projects from being deployed.
pub(super) async fn build(
    projects: &[Project],
    shared: &Shared,
    options: &DeployOptions,
    compilation: Compilation,
) -> anyhow::Result<Vec<Arc<Deployment>>> {
    let made: Vec<_> = stream::iter(projects)
        .map(|project| build_one(project, shared, options, compilation))
        .buffered(cores())
        .collect()
        .await;
    let mut deployments = Vec::new();
    let mut mistakes = Vec::new();
    for (project, made) in projects.iter().zip(made) {
        match made {
            Ok(deployment) => deployments.push(deployment),
            Err(error) => {
                let file = project.place.shown();
                mistakes.push(format!("{}:\n{}", file.display(), failure::block(&error)));
            }
        }
    }
    if mistakes.is_empty() { Ok(deployments) } else { Err(LaidOut(mistakes.join("\n\n")).into()) }
}

/// Starts each Worker once, and tells of those that do not start.
pub(super) async fn start(deployments: &[Arc<Deployment>], output: &Output) {
    let started = stream::iter(deployments).map(|deployment| start_one(deployment, output));
    started.buffered(cores()).collect::<()>().await;
}

async fn start_one(deployment: &Deployment, output: &Output) {
    if let Err(error) = deployment.start().await {
        let headline = format!("The Worker {} does not start: {error}", deployment.name);
        output.error(&failure::headline(headline));
    }
    deployment.unload();
}

async fn build_one(
    project: &Project,
    shared: &Shared,
    options: &DeployOptions,
    compilation: Compilation,
) -> anyhow::Result<Arc<Deployment>> {
    let output = &options.output;
    project.warnings.iter().for_each(|warning| output.warning(warning));
    bindings::check(project)?;
    variables::check(project)?;
    custom_build::run(project, output).await?;
    let assets = ProjectAssets::open(project)?;
    assets.iter().flat_map(ProjectAssets::warnings).for_each(|warning| output.warning(&warning));
    let script = match &project.manifest.main {
        Some(main) => {
            let bundle = bundle(bundling::options(&project.manifest, &project.place.root, main, false)).await?;
            if compilation == Compilation::Bytecode {
                jitless::check(project, &bundle)?;
            }
            bundle.warnings.iter().for_each(|warning| output.warning(&warning.to_string()));
            sizes::check(&project.manifest.name, &bundle)?.iter().for_each(|warning| output.warning(warning));
            Some(bundling::script(bundle, project.manifest.no_bundle))
        }
        None => None,
    };
    Ok(Arc::new(Deployment::new(shared, project, script, assets, options)?))
}
