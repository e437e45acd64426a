//! What a project puts on `env`: as the platform takes it, and as a person reads it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use bytes::Bytes;
use selvedge_config::{Binding as Configured, BindingKind, KvNamespace, R2Bucket, SimpleRateLimit};
use selvedge_platform::{Binding, Fetcher};
use selvedge_storage::d1::D1Database;
use selvedge_storage::secrets::Secret;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::d1;
use crate::engine::Shared;
use crate::failure::{self, LaidOut};
use crate::hyperdrive;
use crate::project::{Project, is_hidden};
use crate::rate_limiters;
use crate::services::ServiceBinding;

/// How much of a value the table shows.
const SHOWN: usize = 40;

/// Refuses what the project asks for and this version does not have, all of it by name and place: a property that
/// is missing from `env` would only fail later, and far from its cause.
///
/// # Errors
/// The list of what is not there.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let file = project.place.shown();
    let manifest = &project.manifest;
    let mut refused: Vec<String> = manifest
        .bindings()
        .filter(|binding| !is_available(&binding.kind))
        .map(|Configured { name, kind, location }| {
            let (line, column) = (location.line, location.column);
            format!(
                "{}:{line}:{column}: {} binding {name}: not available in this version of Selvedge",
                file.display(),
                kind.title()
            )
        })
        .collect();
    refused.extend(manifest.queue_consumers.iter().map(|consumer| {
        format!("{}: Queue consumer of {}: not available in this version of Selvedge", file.display(), consumer.queue)
    }));
    if refused.is_empty() {
        return hyperdrive::check(project);
    }
    bail!(LaidOut(format!(
        "{}\n\n  {}\n\n  Remove what the Worker can do without, or put it into an environment of its own (env.NAME) and start another.",
        failure::headline("The Worker asks for what is not there."),
        refused.join("\n  ")
    )))
}

fn is_available(kind: &BindingKind) -> bool {
    let is_rate_limit = rate_limiters::configured(kind).is_some();
    is_rate_limit
        || matches!(
            kind,
            BindingKind::Var(_)
                | BindingKind::Secret
                | BindingKind::WasmModule(_)
                | BindingKind::TextBlob(_)
                | BindingKind::DataBlob(_)
                | BindingKind::Assets
                | BindingKind::KvNamespace(_)
                | BindingKind::Service(_)
                | BindingKind::VersionMetadata
                | BindingKind::D1Database(_)
                | BindingKind::AnalyticsEngineDataset(_)
                | BindingKind::Hyperdrive(_)
                | BindingKind::SecretsStoreSecret(_)
                | BindingKind::R2Bucket(_)
        )
}

/// Whether a project has bindings that keep data: then the state folder must be this process's from the start.
pub(crate) fn keep_data(project: &Project) -> bool {
    project.manifest.bindings().any(|binding| {
        matches!(
            binding.kind,
            BindingKind::KvNamespace(_)
                | BindingKind::D1Database(_)
                | BindingKind::R2Bucket(_)
                | BindingKind::AnalyticsEngineDataset(_)
                | BindingKind::SecretsStoreSecret(_)
        )
    })
}

/// The properties of `env`. Making them touches no data.
///
/// # Errors
/// A file that a binding names cannot be read.
pub(crate) fn environment(
    shared: &Shared,
    project: &Project,
    assets: Option<&Arc<dyn Fetcher>>,
) -> anyhow::Result<Vec<(String, Binding)>> {
    let root = &project.place.root;
    let version = version_metadata();
    let mut environment = Vec::new();
    for configured in project.manifest.bindings() {
        let Configured { name, kind, .. } = configured;
        let binding = match kind {
            BindingKind::Var(Value::String(text)) => Binding::Text(text.clone()),
            BindingKind::Var(value) => Binding::Json(value.clone()),
            BindingKind::WasmModule(path) => Binding::Wasm(read(root, path, name)?),
            BindingKind::DataBlob(path) => Binding::Data(read(root, path, name)?),
            BindingKind::TextBlob(path) => {
                let text = String::from_utf8(read(root, path, name)?.into());
                Binding::Text(text.with_context(|| format!("{path}, the text blob {name}, is not UTF-8 text."))?)
            }
            BindingKind::D1Database(database) => {
                Binding::D1(Arc::new(D1Database::new(shared.storage.clone(), d1::id(name, database))))
            }
            BindingKind::Assets => match assets {
                Some(assets) => Binding::Fetcher(assets.clone()),
                None => continue,
            },
            BindingKind::KvNamespace(kv) => Binding::KvNamespace(shared.kv.get(kv_id(name, kv))),
            BindingKind::Service(service) => {
                Binding::Service(Arc::new(ServiceBinding::new(shared.services.clone(), service)))
            }
            BindingKind::VersionMetadata => Binding::Json(version.clone()),
            BindingKind::AnalyticsEngineDataset(dataset) => {
                Binding::Analytics(shared.analytics.dataset(dataset.dataset.as_deref().unwrap_or(name)))
            }
            BindingKind::Hyperdrive(settings) => {
                Binding::Hyperdrive(hyperdrive::address(project, configured, settings)?)
            }
            BindingKind::R2Bucket(bucket) => {
                Binding::R2Bucket(Arc::new(shared.storage.bucket(bucket_name(bucket, name))))
            }
            BindingKind::SecretsStoreSecret(secret) => {
                Binding::Secret(Secret::new(shared.secrets.clone(), &secret.store_id, &secret.secret_name))
            }
            kind => match rate_limiters::configured(kind) {
                Some(limit) => Binding::RateLimit(shared.rate_limiters.binding(&limit)),
                // A secret without a value was warned of; the others were refused.
                None => continue,
            },
        };
        environment.push((name.clone(), binding));
    }
    Ok(environment)
}

/// What a version says of itself: each deployment is one
/// (<https://developers.cloudflare.com/workers/runtime-apis/bindings/version-metadata/>).
fn version_metadata() -> Value {
    let now = OffsetDateTime::now_utc();
    let now = now.replace_millisecond(now.millisecond()).unwrap_or(now);
    let timestamp = now.format(&Rfc3339).unwrap_or_default();
    json!({ "id": Uuid::new_v4().to_string(), "tag": "", "timestamp": timestamp })
}

/// The namespace behind a binding: as under `wrangler dev` the one for previews, if there is one, and one named after
/// the binding where the wrangler file has no identifier.
pub(crate) fn kv_id<'a>(name: &'a str, kv: &'a KvNamespace) -> &'a str {
    kv.preview_id.as_deref().or(kv.id.as_deref()).unwrap_or(name)
}

/// The bucket of a binding, by wrangler's rule for local development.
pub(crate) fn bucket_name<'a>(bucket: &'a R2Bucket, binding: &'a str) -> &'a str {
    bucket.preview_bucket_name.as_deref().or(bucket.bucket_name.as_deref()).unwrap_or(binding)
}

/// The files that bindings are read from.
pub(crate) fn files(project: &Project) -> Vec<std::path::PathBuf> {
    let path = |binding: &Configured| match &binding.kind {
        BindingKind::WasmModule(path) | BindingKind::DataBlob(path) | BindingKind::TextBlob(path) => {
            Some(project.place.root.join(path))
        }
        _ => None,
    };
    project.manifest.bindings().filter_map(path).collect()
}

fn read(root: &Path, path: &str, name: &str) -> anyhow::Result<Bytes> {
    let file = root.join(path);
    let bytes =
        fs::read(&file).with_context(|| format!("Cannot read {}, the file of the binding {name}.", file.display()))?;
    Ok(bytes.into())
}

/// The table that wrangler prints; nothing where there are no bindings.
pub(crate) fn table(project: &Project) -> Option<String> {
    let rows: Vec<(String, &str)> = project
        .manifest
        .bindings()
        .map(|binding| {
            let value = shown_value(project, binding).map(|value| format!(" ({value})"));
            (format!("env.{}{}", binding.name, value.unwrap_or_default()), binding.kind.title())
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max()?.max("Binding".len());
    let mut lines = vec![
        "Your Worker has access to the following bindings:".to_owned(),
        format!("{:width$}   Resource", "Binding"),
    ];
    lines.extend(rows.iter().map(|(name, resource)| format!("{name:width$}   {resource}")));
    Some(lines.join("\n"))
}

fn shown_value(project: &Project, binding: &Configured) -> Option<String> {
    if is_hidden(project, &binding.name, &binding.kind) {
        return Some("\"(hidden)\"".into());
    }
    match &binding.kind {
        BindingKind::Var(value) => Some(shorten(&value.to_string())),
        BindingKind::WasmModule(path) | BindingKind::DataBlob(path) | BindingKind::TextBlob(path) => {
            Some(shorten(path))
        }
        BindingKind::KvNamespace(kv) => Some(kv_id(&binding.name, kv).to_owned()),
        BindingKind::D1Database(database) => {
            let name = database.database_name.as_deref();
            Some(name.unwrap_or_else(|| d1::id(&binding.name, database)).to_owned())
        }
        BindingKind::R2Bucket(bucket) => Some(bucket_name(bucket, &binding.name).to_owned()),
        BindingKind::Service(service) => Some(match &service.entrypoint {
            Some(entrypoint) => format!("{}#{entrypoint}", service.service),
            None => service.service.clone(),
        }),
        kind => {
            let SimpleRateLimit { limit, period } = rate_limiters::configured(kind)?.simple;
            Some(format!("{limit} requests/{period}s"))
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::project::Place;
    use crate::project_args::ProjectArgs;

    fn project(settings: &str, dev_vars: &str) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("index.js", "");
        write(".dev.vars", dev_vars);
        write(
            "wrangler.json",
            &format!(r#"{{"name":"w","main":"index.js","compatibility_date":"2025-01-01",{settings}}}"#),
        );
        let args = ProjectArgs { path: Some(PathBuf::from(folder.path())), ..ProjectArgs::default() };
        let project = Project::load(&Place::find(&args).unwrap(), &args).unwrap();
        (folder, project)
    }

    #[test]
    fn the_table_hides_secrets_and_shortens_values() {
        let long = "x".repeat(60);
        let (_folder, project) = project(&format!(r#""vars":{{"LONG":"{long}","N":[1,2]}}"#), "TOKEN=secret");
        let table = table(&project).unwrap();
        assert!(table.contains("env.N ([1,2]) "), "{table}");
        assert!(table.contains("env.TOKEN (\"(hidden)\") "), "{table}");
        assert!(table.contains("xxx...) "), "{table}");
        assert!(!table.contains("secret"), "{table}");
    }

    #[test]
    fn what_is_not_there_is_refused_by_name_and_place() {
        let (_folder, project) =
            project(r#""vectorize":[{"binding":"INDEX","index_name":"i"}],"ai":{"binding":"AI"}"#, "");
        let error = check(&project).unwrap_err().to_string();
        for words in ["wrangler.json:1:", "Vectorize Index binding INDEX: not available", "AI binding AI"] {
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
