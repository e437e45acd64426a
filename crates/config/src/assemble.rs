//! From the tree to the manifest: the chosen environment over the top level.

use serde_json::json;

use crate::bindings::{BindingKind, Level};
use crate::environment::{Environment, Own, Settings, TOP_ONLY, TopLevel, is_for_all};
use crate::inherit;
use crate::load::LoadOptions;
use crate::manifest::Manifest;
use crate::reader::{Context, FromTable, TableReader};
use crate::routes::Route;
use crate::source::Span;
use crate::value::{Kind, Table};
use crate::whole::Written;

/// Reads a whole configuration. Errors are in the context; with none there, the manifest is good.
///
/// `exists` says whether a path that the configuration names is there.
pub(crate) fn assemble(cx: &Context, root: &Table, options: &LoadOptions, exists: &dyn Fn(&str) -> bool) -> Manifest {
    let mut top = TableReader::new(cx, root, Span::default(), String::new());
    let shared = TopLevel::from_table(&mut top);
    let base = Environment::read(&mut top, Level::Top);
    let environments = environments(&mut top);
    check_exclusive_routes(cx, root);
    top.finish();
    if shared.legacy_env == Some(false) {
        let message = "Service environments are deprecated: \"env\" sections are read as environments of their own.";
        cx.report(cx.warning(span_of(root, "legacy_env"), message));
    }

    let chosen = options.env.as_deref().filter(|name| !name.is_empty());
    let table = chosen.and_then(|name| choose(cx, environments, name));
    let (settings, own) = match (chosen, table) {
        (Some(name), Some((table, span))) => lay_over(cx, name, root, base, table, span),
        (Some(name), None) => (rename(base.settings, name), base.own),
        (None, _) => (base.settings, base.own),
    };
    let written = Written { cx, root, env: table.map(|(table, _)| table) };
    let manifest = build(&written, options, chosen, settings, own, shared);
    written.check(&manifest, exists);
    manifest
}

/// The `env` table, if it is one.
fn environments<'a>(top: &mut TableReader<'a>) -> Option<&'a Table> {
    let node = top.node("env")?;
    // Reports the wrong type; the keys are the user's own, so nothing is unknown.
    node.table()?;
    node.value.as_table()
}

/// The table of an environment. One that is not there is an error, as in wrangler, unless there are none at all.
fn choose<'a>(cx: &Context, environments: Option<&'a Table>, name: &str) -> Option<(&'a Table, Span)> {
    let known: Vec<&str> =
        environments.map(|table| table.entries.iter().map(|entry| entry.key.as_str()).collect()).unwrap_or_default();
    if let Some(entry) = environments.and_then(|table| table.get(name)) {
        if let Some(table) = entry.value.as_table() {
            return Some((table, entry.key_span));
        }
        let message =
            format!("Expected \"env.{name}\" to be of type object but got {}.", crate::reader::quote(&entry.value));
        cx.report(cx.error(entry.value.span, message));
        return None;
    }
    let message = format!("No environment found in configuration with name {name:?}.");
    cx.report(if known.is_empty() {
        cx.warning(Span::default(), message).label("there is no \"env\" in this file").help("the top level is used")
    } else {
        let span =
            environments.and_then(|table| table.entries.first()).map_or_else(Span::default, |entry| entry.key_span);
        let error =
            cx.error(span, message).help(format!("The available configured environment names are: {}", json!(known)));
        match crate::suggest::nearest(name, known.iter().copied()) {
            Some(nearest) => error.help(format!("did you mean \"{nearest}\"?")),
            None => error,
        }
    });
    None
}

/// An environment over the top level.
fn lay_over(cx: &Context, name: &str, root: &Table, base: Environment, table: &Table, span: Span) -> (Settings, Own) {
    let mut reader = TableReader::new(cx, table, span, format!("env.{name}"));
    let mut env = Environment::read(&mut reader, Level::Environment);
    check_exclusive_routes(cx, table);
    reader.finish_with(|key| {
        TOP_ONLY
            .contains(&key)
            .then(|| format!("{key:?} is read at the top level only, and holds for every environment"))
    });
    let top_side = inherit::Side { own: &base.own, table: root };
    let env_side = inherit::Side { own: &env.own, table };
    inherit::warn(cx, name, span, &top_side, &env_side);

    let has_forwarders = table.get("logfwdr").is_some();
    env.own.bindings.extend(base.own.bindings.into_iter().filter(|binding| {
        is_for_all(&binding.kind) && !(has_forwarders && matches!(binding.kind, BindingKind::LogForwarder(_)))
    }));
    let own_name = env.settings.name.is_some();
    let settings = env.settings.over(base.settings);
    (if own_name { settings } else { rename(settings, name) }, env.own)
}

/// An environment without a name of its own is called after the Worker and itself.
fn rename(mut settings: Settings, environment: &str) -> Settings {
    settings.name = settings.name.filter(|name| !name.is_empty()).map(|name| format!("{name}-{environment}"));
    settings
}

fn check_exclusive_routes(cx: &Context, table: &Table) {
    if let (Some(route), Some(routes)) = (table.get("route"), table.get("routes")) {
        // An empty "route" is ignored, with a warning.
        if matches!(&route.value.kind, Kind::String(text) if text.is_empty()) {
            return;
        }
        cx.report(
            cx.error(routes.key_span, "Expected exactly one of the following fields [\"routes\",\"route\"].")
                .related(route.key_span, "\"route\" is here")
                .help("move the route of \"route\" into \"routes\""),
        );
    }
}

fn span_of(table: &Table, key: &str) -> Span {
    table.get(key).map_or_else(Span::default, |entry| entry.value.span)
}

fn build(
    written: &Written<'_>,
    options: &LoadOptions,
    environment: Option<&str>,
    settings: Settings,
    own: Own,
    shared: TopLevel,
) -> Manifest {
    let mut bindings = own.bindings;
    if let Some(name) = settings.assets.as_ref().and_then(|assets| assets.binding.as_ref()) {
        bindings.push(written.binding(name, BindingKind::Assets, &["assets", "binding"]));
    }
    if shared.site.is_some() {
        bindings.push(written.binding("__STATIC_CONTENT", BindingKind::WorkersSite, &["site"]));
    }
    let routes = settings.routes.or_else(|| settings.route.map(|route: Route| vec![route]));
    let site_main = shared.site.as_ref().map(|site| entry_of_site(site.entry_point.as_deref()));
    Manifest {
        name: options.name.clone().or(settings.name).unwrap_or_default(),
        environment: environment.map(str::to_owned),
        main: options.main.clone().or(settings.main).or(site_main),
        compatibility_date: written.compatibility_date(settings.compatibility_date, options.today),
        compatibility_flags: settings.compatibility_flags.unwrap_or_default(),
        bindings,
        rules: settings.rules.unwrap_or_default(),
        define: own.define,
        alias: shared.alias,
        minify: settings.minify.unwrap_or(false),
        no_bundle: settings.no_bundle.unwrap_or(false),
        find_additional_modules: settings.find_additional_modules,
        base_dir: settings.base_dir,
        preserve_file_names: settings.preserve_file_names.unwrap_or(false),
        tsconfig: settings.tsconfig,
        jsx_factory: settings.jsx_factory.unwrap_or_else(|| "React.createElement".to_owned()),
        jsx_fragment: settings.jsx_fragment.unwrap_or_else(|| "React.Fragment".to_owned()),
        keep_names: settings.keep_names.unwrap_or(true),
        upload_source_maps: settings.upload_source_maps.unwrap_or(false),
        build: settings.build.unwrap_or_default(),
        python_modules: settings.python_modules,
        assets: settings.assets,
        site: shared.site,
        routes: routes.unwrap_or_default(),
        crons: settings.triggers.map(|triggers| triggers.crons).unwrap_or_default(),
        workers_dev: settings.workers_dev,
        preview_urls: settings.preview_urls,
        limits: settings.limits.unwrap_or_default(),
        observability: settings.observability,
        placement: settings.placement,
        logpush: settings.logpush,
        cache: settings.cache,
        compliance_region: settings.compliance_region,
        migrations: settings.migrations.unwrap_or_default(),
        queue_consumers: own.queue_consumers,
        tail_consumers: own.tail_consumers,
        streaming_tail_consumers: own.streaming_tail_consumers,
        containers: own.containers,
        cloudchamber: own.cloudchamber,
        secrets: own.secrets,
        unsafe_: own.unsafe_,
        previews: settings.previews,
        dev: shared.dev.unwrap_or_default(),
        account_id: settings.account_id.filter(|id| !id.is_empty()),
        keep_vars: shared.keep_vars.unwrap_or(false),
        first_party_worker: settings.first_party_worker,
    }
}

/// Where Workers Sites has its entry point: `site.entry-point` names a file, or a folder with an `index.js`.
fn entry_of_site(entry_point: Option<&str>) -> String {
    let entry = entry_point.unwrap_or("workers-site");
    if std::path::Path::new(entry).extension().is_some() {
        entry.to_owned()
    } else {
        format!("{}/index.js", entry.trim_end_matches('/'))
    }
}
