//! A project's static assets, opened as its configuration says.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use http::{HeaderMap, Method, Response, Uri};
use selvedge_config::{CivilDate, HtmlHandling, Manifest, NotFoundHandling, RunWorkerFirst};
use selvedge_edge::assets::{self as edge, Answerer, Assets, AssetsConfig};
use selvedge_web::fetch::Body;

use crate::failure;
use crate::project::Project;

/// Assets, and when they answer.
#[derive(Clone, Debug)]
pub(crate) struct ProjectAssets {
    /// The files.
    pub(crate) files: Arc<Assets>,
    /// Their folder: absolute, without links.
    pub(crate) folder: PathBuf,
    first: Arc<edge::RunWorkerFirst>,
}

impl ProjectAssets {
    /// Opens the assets of a project that has some.
    ///
    /// # Errors
    /// The folder cannot be served.
    pub(crate) fn open(project: &Project) -> anyhow::Result<Option<Self>> {
        let manifest = &project.manifest;
        let Some(settings) = &manifest.assets else { return Ok(None) };
        let Some(directory) = &settings.directory else { return Ok(None) };
        let folder = project.place.root.join(directory);
        let folder = folder
            .canonicalize()
            .with_context(|| format!("The folder of \"assets.directory\", {}, cannot be found.", folder.display()))?;
        let config = AssetsConfig {
            html_handling: match settings.html_handling {
                None | Some(HtmlHandling::AutoTrailingSlash) => edge::HtmlHandling::AutoTrailingSlash,
                Some(HtmlHandling::ForceTrailingSlash) => edge::HtmlHandling::ForceTrailingSlash,
                Some(HtmlHandling::DropTrailingSlash) => edge::HtmlHandling::DropTrailingSlash,
                Some(HtmlHandling::None) => edge::HtmlHandling::None,
            },
            not_found_handling: match settings.not_found_handling {
                None | Some(NotFoundHandling::None) => edge::NotFoundHandling::None,
                Some(NotFoundHandling::SinglePageApplication) => edge::NotFoundHandling::SinglePageApplication,
                Some(NotFoundHandling::NotFoundPage) => edge::NotFoundHandling::Page404,
            },
            navigation_prefers_assets: navigation_prefers_assets(manifest),
            has_static_routing: matches!(settings.run_worker_first, Some(RunWorkerFirst::Paths(_))),
        };
        let first = match &settings.run_worker_first {
            None | Some(RunWorkerFirst::Always(false)) => edge::RunWorkerFirst::Never,
            Some(RunWorkerFirst::Always(true)) => edge::RunWorkerFirst::Always,
            Some(RunWorkerFirst::Paths(patterns)) => {
                edge::RunWorkerFirst::from_patterns(patterns).map_err(|error| anyhow!(error))?
            }
        };
        let files = Arc::new(Assets::open(&folder, config)?);
        Ok(Some(Self { files, folder, first: Arc::new(first) }))
    }

    /// What was left out of the assets, for the developer to see.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        self.files.warnings().into_iter().map(failure::warning)
    }

    /// Whether the assets answer a request, and not the Worker.
    pub(crate) fn answer(&self, has_worker: bool, uri: &Uri, headers: &HeaderMap) -> bool {
        let can = || self.files.can_serve(uri, headers);
        edge::decide(has_worker, &self.first, uri.path(), can) == Answerer::Assets
    }

    /// The assets' answer: a 404 where there is nothing.
    pub(crate) async fn serve(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
        self.files.serve(method, uri, headers).await.into_response().map(Body::boxed)
    }
}

/// The compatibility flag `assets_navigation_prefers_asset_serving`, on from a date, and its opposite.
fn navigation_prefers_assets(manifest: &Manifest) -> bool {
    let flag = |name: &str| manifest.compatibility_flags.iter().any(|flag| flag == name);
    let since = CivilDate::new(2025, 4, 1);
    let by_date = since.is_some_and(|since| manifest.compatibility_date >= since);
    (by_date || flag("assets_navigation_prefers_asset_serving")) && !flag("assets_navigation_has_no_effect")
}
