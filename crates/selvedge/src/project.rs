//! A project: its configuration, read and changed by the arguments, with the secrets of its local files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use selvedge_config::{BindingKind, CivilDate, ConfigError, LoadOptions, Loaded, Manifest, Style, load_local_vars};

use crate::failure::{self, LaidOut};
use crate::project_args::ProjectArgs;

/// Where a project is, before anything of it is read.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The wrangler file, as a person would write its path.
    config: Option<PathBuf>,
    /// An entry point that was given in place of a project.
    script: Option<PathBuf>,
    /// The folder that the configuration's paths are relative to: absolute, without links.
    pub(crate) root: PathBuf,
}

/// A project that was read.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// What its configuration says, the arguments applied.
    pub(crate) manifest: Manifest,
    /// Where it is.
    pub(crate) place: Place,
    /// The names on `env` whose values are not shown.
    pub(crate) secrets: BTreeSet<String>,
    /// What its author should know, each a block of lines.
    pub(crate) warnings: Vec<String>,
}

impl Place {
    /// Finds the project that the arguments mean.
    ///
    /// # Errors
    /// There is none there.
    pub(crate) fn find(args: &ProjectArgs) -> anyhow::Result<Self> {
        if let Some(config) = &args.config {
            return Self::of_config(config);
        }
        let path = args.path.as_deref().unwrap_or(Path::new("."));
        if path.is_dir() {
            let folder = canonical(path)?;
            return match selvedge_config::find(&folder) {
                Some(config) => Self::of_config(&config),
                None if args.assets.is_some() => Ok(Self { config: None, script: None, root: folder }),
                None => bail!(LaidOut(failure::headline(format!(
                    "There is no wrangler.json, wrangler.jsonc or wrangler.toml in {}, nor in a folder above it.\n\n  \
                     Run `selvedge init` to make a project, or give the path of one.",
                    folder.display()
                )))),
            };
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("toml" | "json" | "jsonc")) || !path.is_file() {
            return Self::of_config(path);
        }
        let script = canonical(path)?;
        let mut place = match selvedge_config::find(&canonical(Path::new("."))?) {
            Some(config) => Self::of_config(&config)?,
            None => Self { config: None, script: None, root: parent(&script) },
        };
        place.script = Some(script);
        Ok(place)
    }

    /// The project of a wrangler file.
    ///
    /// # Errors
    /// The file is not there.
    pub(crate) fn of_config(config: &Path) -> anyhow::Result<Self> {
        let full = canonical(config)?;
        Ok(Self { root: parent(&full), config: Some(shown(&full)), script: None })
    }

    /// The wrangler file as it is shown, or the folder where there is none.
    pub(crate) fn shown(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| shown(&self.root))
    }

    /// The files that make up the configuration, there or not: any change of them counts.
    pub(crate) fn config_files(&self, env: Option<&str>) -> Vec<PathBuf> {
        let mut names: Vec<String> = [".dev.vars", ".env", ".env.local"].map(str::to_owned).into();
        if let Some(env) = env {
            names.extend([format!(".dev.vars.{env}"), format!(".env.{env}"), format!(".env.{env}.local")]);
        }
        let config = self.config.as_deref().and_then(Path::file_name);
        let names = names.iter().map(AsRef::as_ref).chain(config);
        names.map(|name| self.root.join(name)).collect()
    }

    fn load(&self, args: &ProjectArgs, today: CivilDate) -> Result<Loaded, ConfigError> {
        let options = LoadOptions {
            env: args.env.clone().filter(|name| !name.is_empty()),
            today,
            name: args.name.clone(),
            main: self.script.as_ref().map(|script| script.to_string_lossy().into_owned()),
        };
        match &self.config {
            Some(config) => selvedge_config::load(config, &options),
            None => {
                let mut settings = serde_json::json!({ "name": slug(&self.root) });
                settings["compatibility_date"] = today.to_string().into();
                if let Some(assets) = &args.assets {
                    settings["assets"] = serde_json::json!({ "directory": assets });
                }
                selvedge_config::parse(&settings.to_string(), "wrangler.json", &options)
            }
        }
    }
}

impl Project {
    /// Reads a project's configuration and its local files, and applies the arguments.
    ///
    /// # Errors
    /// Everything that is wrong with them, with lines and columns.
    pub(crate) fn load(place: &Place, args: &ProjectArgs) -> anyhow::Result<Self> {
        let today = today()?;
        let loaded = place.load(args, today).map_err(|error| laid_out(&error, place))?;
        let mut warnings: Vec<String> = loaded.warnings.iter().map(|warning| warning.render(Style::Colour)).collect();
        let mut manifest = loaded.manifest;
        apply(&mut manifest, args, today)?;

        let local = load_local_vars(&place.root, args.env.as_deref())?;
        let found = local.secrets_for(&manifest);
        let mut secrets = BTreeSet::new();
        for (name, value) in found.values {
            manifest.set_var(&name, value);
            secrets.insert(name);
        }
        if !found.missing.is_empty() {
            warnings.push(failure::warning(format!(
                "Required secrets are missing: {}.\n\n  Add them to .dev.vars or .env beside the wrangler file.",
                found.missing.join(", ")
            )));
        }
        for (name, value) in &args.var {
            manifest.set_var(name, value.as_str());
            secrets.remove(name);
        }
        Ok(Self { manifest, place: place.clone(), secrets, warnings })
    }
}

fn apply(manifest: &mut Manifest, args: &ProjectArgs, today: CivilDate) -> anyhow::Result<()> {
    if let Some(text) = &args.compatibility_date {
        match CivilDate::parse(text) {
            Some(date) if date <= today => manifest.compatibility_date = date,
            Some(_) => bail!("--compatibility-date {text} is in the future: today is {today}."),
            None => bail!("--compatibility-date {text} is not a date like {today}."),
        }
    }
    if !args.compatibility_flags.is_empty() {
        manifest.compatibility_flags.clone_from(&args.compatibility_flags);
    }
    manifest.minify |= args.minify;
    manifest.no_bundle |= args.no_bundle;
    manifest.define.extend(args.define.iter().cloned());
    manifest.alias.extend(args.alias.iter().cloned());
    if let Some(folder) = &args.assets {
        // The argument is relative to where the person is, not to the project.
        let folder = canonical(folder)?.to_string_lossy().into_owned();
        manifest.assets.get_or_insert_default().directory = Some(folder);
    }
    Ok(())
}

fn laid_out(error: &ConfigError, place: &Place) -> anyhow::Error {
    match error {
        ConfigError::Invalid { .. } => {
            let headline = format!("{} is not valid.", place.shown().display());
            let frames = error.render(Style::Colour);
            anyhow::Error::new(LaidOut(format!("{}\n\n{frames}", failure::headline(headline))))
        }
        other => anyhow::anyhow!("{other}"),
    }
}

/// Whether the value of a name on `env` is not shown: it is a secret.
pub(crate) fn is_hidden(project: &Project, name: &str, kind: &BindingKind) -> bool {
    project.secrets.contains(name) || matches!(kind, BindingKind::Secret)
}

fn today() -> anyhow::Result<CivilDate> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    CivilDate::from_unix_seconds(seconds)
        .context("this machine's clock is set to no date of the calendar; set it right")
}

fn canonical(path: &Path) -> anyhow::Result<PathBuf> {
    path.canonicalize().with_context(|| format!("Cannot find {}.", path.display()))
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}

/// A path as a person in this folder would write it.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(std::fs::canonicalize);
    match here.ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)) {
        Some(short) if short.as_os_str().is_empty() => PathBuf::from("."),
        Some(short) => short,
        None => path.to_owned(),
    }
}

/// A Worker's name made of a folder's: lower case letters, digits and hyphens, 63 at most.
pub(crate) fn slug(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut slug = String::new();
    for c in name.chars().take(63) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "worker".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_a_worker_its_name() {
        for (folder, name) in
            [("/a/My Worker", "my-worker"), ("/a/__x__", "x"), ("/", "worker"), ("/a/\u{fc}ber-2", "ber-2")]
        {
            assert_eq!(slug(Path::new(folder)), name, "{folder}");
        }
    }

    #[test]
    fn arguments_win_over_local_files_and_those_over_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("index.js", "");
        write(
            "wrangler.json",
            r#"{"name":"w","main":"index.js","compatibility_date":"2025-01-01","vars":{"A":"1","B":"1","C":"1"}}"#,
        );
        write(".dev.vars", "B=2\nC=2");
        let args = ProjectArgs {
            path: Some(folder.path().to_owned()),
            var: vec![("C".into(), "3".into())],
            ..ProjectArgs::default()
        };
        let project = Project::load(&Place::find(&args).unwrap(), &args).unwrap();
        let vars: Vec<_> = project.manifest.vars().map(|(_, value)| value.as_str().unwrap()).collect();
        assert_eq!(vars, ["1", "2", "3"]);
        assert_eq!(project.secrets.iter().collect::<Vec<_>>(), ["B"]);
    }
}
