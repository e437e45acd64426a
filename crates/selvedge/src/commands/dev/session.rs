//! The life of a project under development: what is built of it, and what is built again when files change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use arc_swap::ArcSwap;
use selvedge_bundle::{Bundler, WatchList};
use selvedge_platform::Fetcher;
use selvedge_runtime::Script;

use super::args::DevArgs;
use super::change::{Change, Meaning};
use super::watch;
use crate::assets::ProjectAssets;
use crate::deployment::{DeployOptions, Deployment};
use crate::engine::Shared;
use crate::fetchers::Origin;
use crate::output::Output;
use crate::project::{Place, Project};
use crate::request::Upstream;
use crate::{bindings, bundling, custom_build, failure, sizes, variables};

/// What answers requests now.
pub(super) enum Live {
    /// A version of the project that starts.
    Ready {
        /// The version.
        deployment: Arc<Deployment>,
        /// In whose place it stands.
        upstream: Option<Upstream>,
    },
    /// There was none yet; why.
    Broken(String),
}

/// A project under development.
pub(super) struct Session {
    args: Arc<DevArgs>,
    output: Output,
    /// What answers requests now.
    pub(super) live: Arc<ArcSwap<Live>>,
    /// The configuration that was read last and was good.
    pub(super) project: Project,
    assets: Option<ProjectAssets>,
    bundler: Option<Bundler>,
    meaning: Meaning,
    sources: WatchList,
}

impl Session {
    /// Reads the configuration. Nothing is built yet.
    ///
    /// # Errors
    /// The project cannot be served, whatever its code.
    pub(super) fn open(args: Arc<DevArgs>, output: Output) -> anyhow::Result<Self> {
        let place = Place::find(&args.project)?;
        let (project, assets) = read(&place, &args, &output)?;
        let nothing = Live::Broken("The Worker is being built.".to_owned());
        let mut session = Self {
            args,
            output,
            live: Arc::new(ArcSwap::from_pointee(nothing)),
            bundler: None,
            meaning: Meaning::default(),
            sources: WatchList::default(),
            assets: None,
            project: project.clone(),
        };
        session.adopt(project, assets);
        Ok(session)
    }

    fn adopt(&mut self, project: Project, assets: Option<ProjectAssets>) {
        let (manifest, root) = (&project.manifest, &project.place.root);
        self.bundler = manifest.main.as_ref().map(|main| Bundler::new(bundling::options(manifest, root, main, true)));
        let mut configuration = project.place.config_files(self.args.project.env.as_deref());
        configuration.extend(bindings::files(&project));
        let has_build = manifest.build.command.as_ref().is_some_and(|command| !command.is_empty());
        let build_folders = manifest.build.watch_dirs().into_iter().filter(|_| has_build);
        self.meaning = Meaning {
            configuration,
            assets: assets.as_ref().map(|assets| assets.folder.clone()),
            custom_build: build_folders.filter_map(|folder| root.join(folder).canonicalize().ok()).collect(),
            sources: self.sources.files.clone(),
        };
        (self.project, self.assets) = (project, assets);
    }

    /// What to watch from now on.
    pub(super) fn watch_list(&self) -> WatchList {
        watch::list(&self.meaning, &self.sources)
    }

    /// Runs the custom build and bundles everything.
    ///
    /// # Errors
    /// What is wrong with the project's code.
    pub(super) async fn build(&mut self) -> anyhow::Result<Option<Arc<Script>>> {
        custom_build::run(&self.project, &self.output).await?;
        self.bundle(None).await
    }

    async fn bundle(&mut self, changed: Option<&[PathBuf]>) -> anyhow::Result<Option<Arc<Script>>> {
        let Some(bundler) = &mut self.bundler else { return Ok(None) };
        let built = match changed {
            Some(changed) => bundler.rebuild(changed).await,
            None => bundler.build().await,
        };
        let result = match built {
            Ok(bundle) => {
                self.sources = bundle.watch.clone();
                bundle.warnings.iter().for_each(|warning| self.output.warning(&warning.to_string()));
                // As `wrangler dev`, which looks at no sizes: it can be worked on, but not served.
                let size = sizes::check(&self.project.manifest.name, &bundle);
                let warning = size.unwrap_or_else(|error| Some(failure::as_warning(&error)));
                warning.iter().for_each(|warning| self.output.warning(warning));
                Ok(Some(bundling::script(bundle, self.project.manifest.no_bundle)))
            }
            Err(error) => {
                // It may not have come to the files that the last good build knew.
                self.sources.files.extend(error.watch.files.iter().cloned());
                self.sources.directories.extend(error.watch.directories.iter().cloned());
                Err(error.into())
            }
        };
        self.meaning.sources.clone_from(&self.sources.files);
        result
    }

    /// Starts a new version and lets it take over.
    ///
    /// # Errors
    /// It does not start; the one before goes on.
    pub(super) async fn deploy(&mut self, shared: &Shared, script: Option<Arc<Script>>) -> anyhow::Result<()> {
        let upstream = self.args.upstream(&self.project.manifest)?;
        let options = DeployOptions {
            max_instances: 1,
            origin: self.origin(shared, upstream.as_ref()),
            output: self.output.clone(),
            named: false,
            enforce_cpu: false,
        };
        let deployment = Deployment::new(shared, &self.project, script, self.assets.clone(), &options)?;
        deployment.start().await?;
        let deployment = Arc::new(deployment);
        shared.services.register(&deployment);
        let before = self.live.swap(Arc::new(Live::Ready { deployment, upstream }));
        if let Live::Ready { deployment, .. } = &*before {
            let before = deployment.clone();
            tokio::spawn(async move { before.drain().await });
        }
        Ok(())
    }

    fn origin(&self, shared: &Shared, upstream: Option<&Upstream>) -> Option<Arc<dyn Fetcher>> {
        let upstream = upstream.filter(|_| self.args.has_origin())?;
        let scheme = match upstream.scheme {
            Some(selvedge_edge::Scheme::Http) => http::uri::Scheme::HTTP,
            _ => http::uri::Scheme::HTTPS,
        };
        Some(Arc::new(Origin::new(shared.client.clone(), scheme, upstream.authority.clone())))
    }

    /// Does what changed files ask for.
    ///
    /// # Errors
    /// What is wrong now; what answered before still does.
    pub(super) async fn change(&mut self, shared: &Shared, changed: Vec<PathBuf>) -> anyhow::Result<()> {
        let script = match self.meaning.of(changed) {
            Change::Assets => return self.refresh_assets().await,
            Change::Sources(files) => self.bundle(Some(&files)).await?,
            Change::CustomBuild => self.build().await?,
            Change::Configuration => {
                let (project, assets) = read(&self.project.place, &self.args, &self.output)?;
                self.adopt(project, assets);
                self.build().await?
            }
        };
        self.deploy(shared, script).await
    }

    // Exclusive, as a bundler may not be shared between threads and the future must be able to move.
    async fn refresh_assets(&mut self) -> anyhow::Result<()> {
        let Some(assets) = self.assets.clone() else { return Ok(()) };
        let files = assets.files.clone();
        tokio::task::spawn_blocking(move || files.refresh()).await.context("The assets could not be read.")??;
        assets.warnings().for_each(|warning| self.output.warning(&warning));
        Ok(())
    }

    /// Tells what is wrong: on the terminal, and to visitors while there is nothing else to show them.
    pub(super) fn report(&self, error: &anyhow::Error) {
        let block = failure::block(error);
        self.output.error(&block);
        if matches!(**self.live.load(), Live::Broken(_)) {
            self.live.store(Arc::new(Live::Broken(failure::plain(&block))));
        }
    }
}

impl Live {
    /// Runs the scheduled handler now, or as if at another time.
    ///
    /// # Errors
    /// A report of what failed.
    pub(super) async fn scheduled(&self, cron: String, time: Option<SystemTime>) -> Result<(), String> {
        match self {
            Self::Ready { deployment, .. } => {
                let time = time.unwrap_or_else(SystemTime::now);
                deployment.scheduled(cron, time).await.map_err(|error| failure::headline(error.report()))
            }
            Self::Broken(report) => Err(report.clone()),
        }
    }
}

fn read(place: &Place, args: &DevArgs, output: &Output) -> anyhow::Result<(Project, Option<ProjectAssets>)> {
    let project = Project::load(place, &args.project)?;
    project.warnings.iter().for_each(|warning| output.warning(warning));
    bindings::check(&project)?;
    variables::block(&project).iter().for_each(|block| output.warning(&failure::warning(block)));
    let assets = ProjectAssets::open(&project)?;
    assets.iter().flat_map(ProjectAssets::warnings).for_each(|warning| output.warning(&warning));
    Ok((project, assets))
}
