//! The arguments that say which project is meant, and what is changed in its configuration: wrangler's names.

use std::path::PathBuf;

use clap::Args;

/// Which project, in which environment, with which changes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProjectArgs {
    /// The project's folder, its wrangler file, or a script to run without one [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// The wrangler file
    #[arg(long, short, value_name = "FILE", conflicts_with = "path")]
    pub(crate) config: Option<PathBuf>,
    /// The environment of the wrangler file
    #[arg(long, short, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The Worker's name, instead of the file's
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The compatibility date, instead of the file's
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) compatibility_date: Option<String>,
    /// Compatibility flags, instead of the file's
    #[arg(long, value_name = "FLAG", visible_alias = "compatibility-flag", num_args = 1.., action = clap::ArgAction::Append)]
    pub(crate) compatibility_flags: Vec<String>,
    /// A variable on `env`, over the file's (KEY:VALUE)
    #[arg(long, value_name = "KEY:VALUE", value_parser = pair, action = clap::ArgAction::Append)]
    pub(crate) var: Vec<(String, String)>,
    /// An identifier that is replaced by an expression (KEY:VALUE)
    #[arg(long, value_name = "KEY:VALUE", value_parser = pair, action = clap::ArgAction::Append)]
    pub(crate) define: Vec<(String, String)>,
    /// A module that is replaced by another (NAME:OTHER)
    #[arg(long, value_name = "NAME:OTHER", value_parser = pair, action = clap::ArgAction::Append)]
    pub(crate) alias: Vec<(String, String)>,
    /// Shorten the bundled code
    #[arg(long)]
    pub(crate) minify: bool,
    /// Run the entry point as it is
    #[arg(long)]
    pub(crate) no_bundle: bool,
    /// The folder of static assets, instead of the file's
    #[arg(long, value_name = "FOLDER")]
    pub(crate) assets: Option<PathBuf>,
}

/// Takes `key:value` apart at the first colon.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected a name and a value with a colon between, like KEY:VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_colon_separates() {
        assert_eq!(pair("D:with:colon"), Ok(("D".into(), "with:colon".into())));
        assert_eq!(pair("EMPTY:"), Ok(("EMPTY".into(), String::new())));
        assert!(pair("none").is_err());
        assert!(pair(":value").is_err());
    }
}
