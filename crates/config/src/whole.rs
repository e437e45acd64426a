//! What only the whole configuration can tell: whether there is a Worker at all, whether its parts fit together, and
//! whether the files it names are there.

use serde_json::json;

use crate::assets::RunWorkerFirst;
use crate::bindings::{Binding, BindingKind};
use crate::date::CivilDate;
use crate::examples;
use crate::manifest::Manifest;
use crate::reader::Context;
use crate::source::Span;
use crate::uniqueness;
use crate::value::{Kind, Table, Value};

/// The configuration as it was written, to point at.
pub(crate) struct Written<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) root: &'a Table,
    pub(crate) env: Option<&'a Table>,
}

impl Written<'_> {
    /// A key's value, in the environment or else at the top.
    fn value(&self, path: &[&str]) -> Option<&Value> {
        let entry = self.env.and_then(|env| env.lookup(path));
        entry.or_else(|| self.root.lookup(path)).map(|entry| &entry.value)
    }

    /// The place of a key's value.
    fn find(&self, path: &[&str]) -> Option<Span> {
        self.value(path).map(|value| value.span)
    }

    fn place(&self, path: &[&str]) -> Span {
        self.find(path).unwrap_or_default()
    }

    /// A binding that another key than a binding table makes.
    pub(crate) fn binding(&self, name: &str, kind: BindingKind, path: &[&str]) -> Binding {
        Binding { name: name.to_owned(), kind, location: self.cx.source.locate(self.place(path)) }
    }

    fn example(&self, key: &str) -> String {
        examples::line(self.cx.syntax, key, &json!("text"))
    }

    /// The date, checked; today when there is none.
    pub(crate) fn compatibility_date(&self, date: Option<CivilDate>, today: CivilDate) -> CivilDate {
        let cx = self.cx;
        let place = self.find(&["compatibility_date"]);
        let line = examples::assignment(cx.syntax, "compatibility_date", &json!(today.to_string()));
        match (date, place) {
            (Some(date), place) if date > today => {
                let message = format!("The compatibility date {date} is in the future: today is {today}.");
                cx.report(
                    cx.error(place.unwrap_or_default(), message)
                        .label("expected today or earlier")
                        .help(format!("example: {line}")),
                );
                date
            }
            (Some(date), _) => date,
            // A date that could not be read was reported as such.
            (None, Some(_)) => today,
            (None, None) => {
                let message = format!("No compatibility_date was specified. Using today's date: {today}.");
                cx.report(cx.warning(Span::default(), message).help(format!("add one: {line}")));
                today
            }
        }
    }

    /// What only the whole can tell.
    pub(crate) fn check(&self, manifest: &Manifest, exists: &dyn Fn(&str) -> bool) {
        self.check_name(manifest);
        self.check_entry(manifest);
        self.check_assets(manifest);
        self.check_files(manifest, exists);
        self.check_durable_objects(manifest);
        uniqueness::check(self.cx, &manifest.bindings);
    }

    fn check_name(&self, manifest: &Manifest) {
        let cx = self.cx;
        let place = self.find(&["name"]);
        if manifest.name.is_empty() {
            // A name of the wrong type was reported as such.
            let written = self.value(&["name"]);
            if written.is_none_or(|value| matches!(value.kind, Kind::String(_))) {
                cx.report(
                    cx.error(place.unwrap_or_default(), "\"name\" is a required field.")
                        .label("the Worker has no name")
                        .help(self.example("name")),
                );
            }
            return;
        }
        let mut characters = manifest.name.chars();
        let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
        if !characters.next().is_some_and(plain) || !characters.all(|character| plain(character) || character == '-') {
            let message = format!(
                "Expected \"name\" to be of type string, alphanumeric and lowercase with dashes only but got {:?}.",
                manifest.name
            );
            cx.report(
                cx.error(place.unwrap_or_default(), message).label("not a Worker's name").help(self.example("name")),
            );
        }
    }

    fn check_entry(&self, manifest: &Manifest) {
        let cx = self.cx;
        if let Some(span) = self.find(&["pages_build_output_dir"]) {
            cx.report(
                cx.error(span, "This is the configuration of a Pages project; Selvedge runs Workers.")
                    .label("the output folder of a Pages project")
                    .help("to serve the folder with Workers, replace this line by \"assets\"")
                    .help(self.example("assets")),
            );
        } else if manifest.main.is_none() && self.find(&["main"]).is_none() && self.find(&["assets"]).is_none() {
            cx.report(
                cx.error(Span::default(), "Missing entry-point to Worker script or to assets directory.")
                    .label("expected \"main\" or \"assets\" in this file")
                    .help(self.example("main"))
                    .help(self.example("assets")),
            );
        }
    }

    fn check_assets(&self, manifest: &Manifest) {
        let cx = self.cx;
        let Some(assets) = &manifest.assets else {
            return;
        };
        if manifest.site.is_some() {
            cx.report(
                cx.error(self.place(&["site"]), "Cannot use assets and Workers Sites in the same Worker.")
                    .related(self.place(&["assets"]), "assets are here")
                    .help("Please remove either the `site` or `assets` field from your configuration file."),
            );
        }
        let provide = "or provide a Worker script in your configuration file (`main`).";
        if manifest.main.is_none() {
            if assets.binding.is_some() {
                let message = "Cannot use assets with a binding in an assets-only Worker.";
                cx.report(
                    cx.error(self.place(&["assets", "binding"]), message)
                        .help(format!("Please remove the asset binding from your configuration file, {provide}")),
                );
            }
            if assets.run_worker_first.as_ref().is_some_and(|first| *first != RunWorkerFirst::Always(false)) {
                let message = "Cannot set run_worker_first without a Worker script.";
                cx.report(
                    cx.error(self.place(&["assets", "run_worker_first"]), message)
                        .help(format!("Please remove run_worker_first from your configuration file, {provide}")),
                );
            }
        } else if assets.run_worker_first == Some(RunWorkerFirst::Always(true)) && assets.binding.is_none() {
            cx.report(
                cx.warning(
                    self.place(&["assets", "run_worker_first"]),
                    "run_worker_first=true set without an assets binding",
                )
                .help("Setting run_worker_first to true will always invoke your Worker script.")
                .help("To fetch your assets from your Worker, please set `assets.binding`: binding = \"ASSETS\""),
            );
        }
    }

    fn check_files(&self, manifest: &Manifest, exists: &dyn Fn(&str) -> bool) {
        let cx = self.cx;
        let refuse = |span: Span, message: String| {
            cx.report(cx.error(span, message).help("paths are relative to the folder of the configuration file"));
        };
        // A build command may make the files, so with one they are looked for when they are used.
        if manifest.build.command.is_some() {
            return;
        }
        if let Some(main) = manifest.main.as_deref().filter(|main| !exists(main)) {
            refuse(self.place(&["main"]), format!("The entry-point file at {main:?} was not found."));
        }
        let directory = manifest.assets.as_ref().and_then(|assets| assets.directory.as_deref());
        if let Some(directory) = directory.filter(|directory| !exists(directory)) {
            refuse(
                self.place(&["assets", "directory"]),
                format!("The directory specified by the \"assets.directory\" field does not exist: {directory:?}."),
            );
        }
        for binding in &manifest.bindings {
            if let BindingKind::WasmModule(path) | BindingKind::TextBlob(path) | BindingKind::DataBlob(path) =
                &binding.kind
                && !exists(path)
            {
                let (title, name) = (binding.kind.title(), &binding.name);
                refuse(binding.location.span, format!("The file of the {title} {name} was not found: {path:?}."));
            }
        }
    }

    fn check_durable_objects(&self, manifest: &Manifest) {
        let cx = self.cx;
        let classes: Vec<(&Binding, &str)> = manifest
            .bindings
            .iter()
            .filter_map(|binding| match &binding.kind {
                BindingKind::DurableObjectNamespace(object) if object.script_name.is_none() => {
                    Some((binding, object.class_name.as_str()))
                }
                _ => None,
            })
            .collect();
        let Some((first, _)) = classes.first().filter(|_| manifest.migrations.is_empty()) else {
            return;
        };
        let names: Vec<&str> = classes.iter().map(|(_, class)| *class).collect();
        let message = format!(
            "You have configured `durable_objects` exported by this Worker ({}), but no `migrations` for them.",
            names.join(", ")
        );
        let migrations = json!([{ "tag": "v1", "new_sqlite_classes": names }]);
        cx.report(
            cx.warning(first.location.span, message)
                .help("This may not work as expected until you add a `migrations` section to your configuration file")
                .help(examples::assignment(cx.syntax, "migrations", &migrations)),
        );
    }
}
