//! `selvedge check`.

use clap::Args;
use selvedge_bundle::{Bundle, ModuleKind, bundle};
use selvedge_platform::Scheduler;
use selvedge_runtime::V8Token;
use serde_json::json;

use crate::assets::ProjectAssets;
use crate::deployment::{DeployOptions, Deployment};
use crate::engine::Shared;
use crate::output::{Format, Output, Verbosity, count};
use crate::project::{Place, Project};
use crate::project_args::ProjectArgs;
use crate::sizes::{self, gzipped};
use crate::state::StateArgs;
use crate::{bindings, bundling, custom_build, failure, variables};

/// Arguments of `selvedge check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  selvedge check                        the project of this folder
  selvedge check my-worker --env staging
  selvedge check --json                 one JSON object, for scripts

The exit code is 0 when the Worker would start, and 1 when it would not.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads, bundles and starts the project once.
///
/// # Errors
/// Whatever would keep the Worker from starting.
pub(crate) async fn run(args: CheckArgs, v8: V8Token) -> anyhow::Result<()> {
    let output = Output::new(Format::of(args.json), Verbosity::default())?;
    let result = check(&args, v8, &output).await;
    output.flush();
    result
}

async fn check(args: &CheckArgs, v8: V8Token, output: &Output) -> anyhow::Result<()> {
    let place = Place::find(&args.project)?;
    let project = Project::load(&place, &args.project)?;
    project.warnings.iter().for_each(|warning| output.warning(warning));
    bindings::check(&project)?;
    variables::check(&project)?;
    custom_build::run(&project, output).await?;
    let assets = ProjectAssets::open(&project)?;
    assets.iter().flat_map(ProjectAssets::warnings).for_each(|warning| output.warning(&warning));
    let built = match &project.manifest.main {
        Some(main) => Some(bundle(bundling::options(&project.manifest, &place.root, main, false)).await?),
        None => None,
    };
    for warning in built.iter().flat_map(|bundle| &bundle.warnings) {
        output.warning(&warning.to_string());
    }

    if let Some(bundle) = &built {
        sizes::check(&project.manifest.name, bundle)?.iter().for_each(|warning| output.warning(warning));
    }
    let shared = Shared::new(v8, 1, false, Scheduler::single(), StateArgs::default().storage(&place.root)).await?;
    let options =
        DeployOptions { max_instances: 1, origin: None, output: output.clone(), named: false, enforce_cpu: false };
    let files = assets.as_ref().map_or(0, |assets| assets.files.len());
    let script = built.clone().map(|bundle| bundling::script(bundle, project.manifest.no_bundle));
    let deployment = Deployment::new(&shared, &project, script, assets, &options)?;
    let handlers = deployment.start().await?.map(|handlers| handlers.default).unwrap_or_default();

    match output.format() {
        Format::Human => people(&project, built.as_ref(), files, &handlers, output),
        Format::Json => {
            let modules = built.iter().flat_map(|bundle| &bundle.modules);
            let modules: Vec<_> = modules
                .map(|module| json!({ "name": module.name, "type": kind(module.kind), "bytes": module.contents.len() }))
                .collect();
            output.event(json!({
                "event": "checked",
                "name": project.manifest.name,
                "main": built.as_ref().map(|bundle| &bundle.main),
                "modules": modules,
                "bytes": built.as_ref().map_or(0, Bundle::total_size),
                "gzipBytes": built.as_ref().map_or(0, gzipped),
                "assets": files,
                "handlers": handlers,
            }));
        }
    }
    Ok(())
}

fn people(project: &Project, bundle: Option<&Bundle>, files: usize, handlers: &[String], output: &Output) {
    if let Some(bundle) = bundle {
        let width = bundle.modules.iter().map(|module| module.name.chars().count()).max().unwrap_or(0);
        for module in &bundle.modules {
            let size = kibibytes(module.contents.len());
            output.note(&format!("{:width$}   {:12}   {size:>12}", module.name, kind(module.kind)));
        }
        let (total, zipped) = (kibibytes(bundle.total_size()), kibibytes(gzipped(bundle)));
        output.note(&format!("\nTotal: {total} / gzip: {zipped}"));
    }
    if files > 0 {
        output.note(&format!("Assets: {}", count(files, "file")));
    }
    if let Some(table) = bindings::table(project) {
        output.note(&format!("\n{table}"));
    }
    let handles = if handlers.is_empty() { String::new() } else { format!(" It handles: {}.", handlers.join(", ")) };
    output.note(&format!("\n{} starts.{handles}", project.manifest.name));
    if bundle.is_some() && handlers.is_empty() {
        let text = format!("{} handles no event: its default export has no handler.", project.manifest.name);
        output.warning(&failure::warning(text));
    }
}

fn kind(kind: ModuleKind) -> &'static str {
    match kind {
        ModuleKind::EsModule => "esm",
        ModuleKind::CommonJs => "commonjs",
        ModuleKind::Text => "text",
        ModuleKind::Data => "buffer",
        ModuleKind::Wasm => "compiled-wasm",
    }
}

fn kibibytes(bytes: usize) -> String {
    format!("{:.2} KiB", bytes as f64 / 1024.0)
}
