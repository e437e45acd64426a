//! The binding tables of one level of a configuration, in their five shapes: a list of tables, a table with a list
//! called `bindings`, one table, a map of names to values, and a list of names.

use serde_json::{Map, Value as Json, json};

use super::binding::{Binding, BindingKind as Kind};
use super::services::UnsafeBinding;
use crate::reader::{FromTable, FromValue, Node, TableReader};
use crate::value::{Entry, Kind as ValueKind};

/// The level a table is at: some tables are read at the top only, and hold in every environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Top,
    Environment,
}

/// Reads every binding table of a level. `queues` and `unsafe` have other parts too: their readers are handed back.
pub(crate) fn read_bindings<'a>(table: &mut TableReader<'a>, level: Level) -> (Vec<Binding>, Containers<'a>) {
    let mut all = Vec::new();
    let out = &mut all;

    map(table, "vars", Kind::Var, out);
    if level == Level::Top {
        map(table, "wasm_modules", Kind::WasmModule, out);
        map(table, "text_blobs", Kind::TextBlob, out);
        map(table, "data_blobs", Kind::DataBlob, out);
    }
    secrets(table, out);

    list(table, "kv_namespaces", "binding", Kind::KvNamespace, out);
    list(table, "r2_buckets", "binding", Kind::R2Bucket, out);
    list(table, "d1_databases", "binding", Kind::D1Database, out);
    list(table, "services", "binding", Kind::Service, out);
    list(table, "workflows", "binding", Kind::Workflow, out);
    list(table, "analytics_engine_datasets", "binding", Kind::AnalyticsEngineDataset, out);
    list(table, "vectorize", "binding", Kind::VectorizeIndex, out);
    list(table, "hyperdrive", "binding", Kind::Hyperdrive, out);
    list(table, "secrets_store_secrets", "binding", Kind::SecretsStoreSecret, out);
    list(table, "ai_search_namespaces", "binding", Kind::AiSearchNamespace, out);
    list(table, "ai_search", "binding", Kind::AiSearch, out);
    list(table, "send_email", "name", Kind::SendEmail, out);
    list(table, "mtls_certificates", "binding", Kind::MtlsCertificate, out);
    list(table, "dispatch_namespaces", "binding", Kind::DispatchNamespace, out);
    list(table, "ratelimits", "name", Kind::RateLimit, out);
    list(table, "pipelines", "binding", Kind::Pipeline, out);
    list(table, "artifacts", "binding", Kind::Artifacts, out);
    list(table, "worker_loaders", "binding", |(): ()| Kind::WorkerLoader, out);
    list(table, "vpc_services", "binding", Kind::VpcService, out);
    list(table, "vpc_networks", "binding", Kind::VpcNetwork, out);
    list(table, "flagship", "binding", Kind::Flagship, out);
    list(table, "unsafe_hello_world", "binding", Kind::HelloWorld, out);

    single(table, "ai", Kind::Ai, out);
    single(table, "browser", Kind::Browser, out);
    single(table, "images", Kind::Images, out);
    single(table, "media", Kind::Media, out);
    single(table, "stream", Kind::Stream, out);
    single(table, "version_metadata", |(): ()| Kind::VersionMetadata, out);

    named_list(table, "durable_objects", Kind::DurableObjectNamespace, out);
    named_list(table, "logfwdr", Kind::LogForwarder, out);

    let queues = table.node("queues").and_then(|node| node.table()).map(|mut inner| {
        list(&mut inner, "producers", "binding", Kind::Queue, out);
        inner
    });
    let unsafe_ = table.node("unsafe").and_then(|node| node.table()).map(|mut inner| {
        unsafe_bindings(&mut inner, out);
        inner
    });
    (all, Containers { queues, unsafe_ })
}

/// Tables that hold more than bindings, with their bindings already read.
pub(crate) struct Containers<'a> {
    pub(crate) queues: Option<TableReader<'a>>,
    pub(crate) unsafe_: Option<TableReader<'a>>,
}

/// A list of tables, each with its name under `name_key`.
fn list<T: FromTable>(
    table: &mut TableReader<'_>,
    key: &'static str,
    name_key: &'static str,
    wrap: fn(T) -> Kind,
    out: &mut Vec<Binding>,
) {
    if let Some(node) = table.node(key) {
        let nodes = node.elements("object array", json!([{ name_key: "MY_BINDING" }]));
        out.extend(nodes.iter().filter_map(|node| one(node, name_key, wrap)));
    }
}

/// A table with a list called `bindings`, each with its `name`.
fn named_list<T: FromTable>(
    table: &mut TableReader<'_>,
    key: &'static str,
    wrap: fn(T) -> Kind,
    out: &mut Vec<Binding>,
) {
    if let Some(mut inner) = table.node(key).and_then(|node| node.table()) {
        require_bindings(&mut inner);
        list(&mut inner, "bindings", "name", wrap, out);
        inner.finish();
    }
}

fn require_bindings(table: &mut TableReader<'_>) {
    if table.entry("bindings").is_none() {
        let path = table.path_to("bindings");
        let field = path.trim_end_matches(".bindings");
        let message = format!("The field \"{field}\" is missing the required \"bindings\" property.");
        table.cx.report(table.cx.error(table.span, message).label("\"bindings\" is missing here"));
    }
}

/// One table that is one binding.
fn single<T: FromTable>(table: &mut TableReader<'_>, key: &'static str, wrap: fn(T) -> Kind, out: &mut Vec<Binding>) {
    // Wrangler's schema gives these tables `{}` as a default, so an empty one is no binding.
    let Some(node) = table.node(key).filter(|node| !is_empty(node)) else {
        return;
    };
    out.extend(one(&node, "binding", wrap));
}

fn is_empty(node: &Node<'_>) -> bool {
    node.value.as_table().is_some_and(|table| table.entries.is_empty())
}

fn one<T: FromTable>(node: &Node<'_>, name_key: &'static str, wrap: fn(T) -> Kind) -> Option<Binding> {
    let mut table = node.table()?;
    let name: String = table.field(name_key);
    let location = table.entry(name_key).map_or(table.span, |entry: &Entry| entry.value.span);
    let binding = Binding { name, kind: wrap(T::from_table(&mut table)), location: node.cx.source.locate(location) };
    table.finish();
    // A name that is missing or no string was reported; an empty one has not been.
    let empty = matches!(node.value.as_table().and_then(|table| table.get(name_key)).map(|entry| &entry.value.kind),
        Some(ValueKind::String(text)) if text.is_empty());
    if empty {
        let message = format!("\"{}.{name_key}\" is empty: a binding needs a name.", node.path);
        node.cx.report(node.cx.error(location, message).help(format!("example: {name_key} = \"MY_BINDING\"")));
    }
    Some(binding)
}

/// A map of names to values.
fn map<T: FromValue>(table: &mut TableReader<'_>, key: &'static str, wrap: fn(T) -> Kind, out: &mut Vec<Binding>) {
    let Some(node) = table.node(key) else {
        return;
    };
    let ValueKind::Table(entries) = &node.value.kind else {
        let message =
            format!("The field \"{}\" should be an object but got {}.", node.path, crate::reader::quote(node.value));
        let found = format!("expected an object, found {}", node.value.description());
        let example = node.example(&json!({ "NAME": T::example() }));
        node.cx.report(node.error(message).label(found).help(example));
        return;
    };
    for entry in &entries.entries {
        let value = Node { cx: node.cx, value: &entry.value, path: format!("{}.{}", node.path, entry.key) };
        if let Some(value) = T::from_value(&value) {
            out.push(Binding {
                name: entry.key.clone(),
                kind: wrap(value),
                location: node.cx.source.locate(entry.key_span),
            });
        }
    }
}

/// `secrets.required`: names without values.
fn secrets(table: &mut TableReader<'_>, out: &mut Vec<Binding>) {
    let Some(entry) = table.entry("secrets") else {
        return;
    };
    let required = entry.value.as_table().and_then(|secrets| secrets.get("required"));
    let Some(ValueKind::Array(names)) = required.map(|entry| &entry.value.kind) else {
        return;
    };
    for name in names {
        if let ValueKind::String(text) = &name.kind {
            out.push(Binding { name: text.clone(), kind: Kind::Secret, location: table.cx.source.locate(name.span) });
        }
    }
}

/// `unsafe.bindings`: a name, a type, and keys that nobody here knows.
fn unsafe_bindings(table: &mut TableReader<'_>, out: &mut Vec<Binding>) {
    let Some(node) = table.node("bindings") else {
        return;
    };
    for node in node.elements("object array", json!([{ "name": "MY_BINDING", "type": "custom" }])) {
        let Some(mut inner) = node.table() else {
            continue;
        };
        let name: String = inner.field("name");
        let kind: String = inner.field("type");
        let location = inner.entry("name").map_or(inner.span, |entry| entry.value.span);
        let Some(Json::Object(mut settings)) = Json::from_value(&node) else {
            continue;
        };
        settings.shift_remove("name");
        settings.shift_remove("type");
        out.push(Binding {
            name,
            kind: Kind::Unsafe(UnsafeBinding { kind, settings: Map::into_iter(settings).collect() }),
            location: node.cx.source.locate(location),
        });
    }
}
