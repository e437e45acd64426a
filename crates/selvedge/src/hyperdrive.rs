//! Which database a Hyperdrive binding leads to.
//!
//! Hosted keeps the address with the configuration's identifier; here it is wrangler's setting for development,
//! `localConnectionString`, or the variable that wrangler reads in its place. Nothing stands between: the Worker gets
//! the database's own address. What is wrong with an address is told without the address, which has a password in it.

use std::env;

use anyhow::bail;
use percent_encoding::percent_decode_str;
use selvedge_config::{Binding as Configured, BindingKind, Hyperdrive as Settings};
use selvedge_platform::Hyperdrive;
use url::Url;

use crate::failure::{self, LaidOut};
use crate::project::Project;

/// The variables that come before the setting, without the binding's name: the name of today and the older one.
const VARIABLES: [&str; 2] =
    ["CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_", "WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_"];

const EXAMPLE: &str = "postgres://user:password@localhost:5432/database";

/// Refuses bindings without the address of a database, all of them by name and place.
///
/// # Errors
/// The list of them.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    let refused = project.manifest.bindings().filter_map(|configured| match &configured.kind {
        BindingKind::Hyperdrive(settings) => address(project, configured, settings).err(),
        _ => None,
    });
    let refused: Vec<String> = refused.map(|error| error.to_string()).collect();
    if refused.is_empty() {
        return Ok(());
    }
    bail!(LaidOut(format!(
        "{}\n\n  {}",
        failure::headline("A Hyperdrive binding leads to no database."),
        refused.join("\n  ")
    )))
}

/// The address that a binding leads to.
///
/// # Errors
/// There is none, or it is none of a database.
pub(crate) fn address(project: &Project, configured: &Configured, settings: &Settings) -> anyhow::Result<Hyperdrive> {
    let name = &configured.name;
    let given = given(name, settings, |variable| env::var(variable).ok().or_else(|| of_file(project, variable)));
    let parsed = match &given {
        Some((source, text)) => parse(text).map_err(|mistake| format!("{source} {mistake}")),
        None => Err("there is no connection string.".to_owned()),
    };
    parsed.map_err(|mistake| {
        let file = project.place.shown();
        let (file, line, column) = (file.display(), configured.location.line, configured.location.column);
        anyhow::anyhow!(
            "{file}:{line}:{column}: Hyperdrive binding {name}: {mistake}\n    Set localConnectionString beside it, or the \
             environment variable {}: {EXAMPLE}",
            VARIABLES[0].to_owned() + name
        )
    })
}

/// The address, with where it stands.
fn given(name: &str, settings: &Settings, variable: impl Fn(&str) -> Option<String>) -> Option<(String, String)> {
    let of_variable = |prefix: &str| {
        let source = format!("{prefix}{name}");
        let value = variable(&source).filter(|value| !value.is_empty())?;
        Some((source, value))
    };
    let of_setting = || Some(("localConnectionString".to_owned(), settings.local_connection_string.clone()?));
    VARIABLES.into_iter().find_map(of_variable).or_else(of_setting)
}

/// A variable of the project's local files: wrangler reads its own settings from them, too.
fn of_file(project: &Project, variable: &str) -> Option<String> {
    let mut secrets = project.manifest.vars().filter(|(name, _)| project.secrets.contains(*name));
    secrets.find(|(name, _)| *name == variable)?.1.as_str().map(str::to_owned)
}

/// Takes an address apart, by wrangler's rules.
fn parse(text: &str) -> Result<Hyperdrive, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}."))?;
    let usual_port = match url.scheme() {
        "postgres" | "postgresql" => 5432,
        "mysql" => 3306,
        _ => {
            return Err(
                "has another protocol: only PostgreSQL-compatible or MySQL-compatible databases are supported."
                    .to_owned(),
            );
        }
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let part = |text: Option<&str>, what: &str| match text.filter(|text| !text.is_empty()) {
        Some(text) => Ok(decoded(text)),
        None => Err(format!("must have {what}.")),
    };
    Ok(Hyperdrive {
        host: part(url.host_str(), "a hostname or IP address")?,
        port: url.port().unwrap_or(usual_port),
        database: part(url.path().strip_prefix('/'), "a database name as the path component, like /postgres")?,
        user: part(Some(url.username()), "a username")?,
        password: part(url.password(), "a password")?,
        connection_string: url.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let Hyperdrive { connection_string, host, port, user, password, database } =
            parse("postgres://us%40er:p%3Ass@db.example.com/my%20db?sslmode=require").unwrap();
        assert_eq!(connection_string, "postgres://us%40er:p%3Ass@db.example.com/my%20db?sslmode=require");
        assert_eq!((host.as_str(), port, user.as_str()), ("db.example.com", 5432, "us@er"));
        assert_eq!((password.as_str(), database.as_str()), ("p:ss", "my db"));
        assert_eq!(parse("mysql://u:p@[::1]/d").unwrap().port, 3306);
        assert_eq!(parse("postgresql://u:p@127.0.0.1:6543/d").unwrap().port, 6543);
    }

    #[test]
    fn variables_come_before_the_setting() {
        let settings = Settings { id: "1".into(), local_connection_string: Some("setting".into()) };
        let none = Settings { id: "1".into(), local_connection_string: None };
        let new = ("CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB", "new");
        let old = ("WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB", "old");
        let found = |settings, variables: &[(&str, &str)]| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            given("DB", settings, variable).map(|(_, value)| value)
        };
        assert_eq!(found(&settings, &[old, new]).as_deref(), Some("new"));
        assert_eq!(found(&settings, &[old]).as_deref(), Some("old"));
        assert_eq!(found(&settings, &[(new.0, "")]).as_deref(), Some("setting"));
        assert_eq!(found(&none, &[("OTHER", "x")]), None);
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (address, words) in [
            ("user:hunter2@host", "protocol"),
            ("hunter2", "not a URL"),
            ("http://u:hunter2@host/d", "protocol"),
            ("postgres://u:hunter2@/d", ""),
            ("postgres://u:hunter2@host", "database name"),
            ("postgres://u:hunter2@host/", "database name"),
            ("postgres://:hunter2@host/d", "username"),
            ("postgres://hunter2@host/d", "password"),
            ("postgres://u:hunter2@host:99999/d", "not a URL"),
        ] {
            let Err(error) = parse(address) else { panic!("{address}") };
            assert!(error.contains(words) && !error.contains("hunter2"), "{address}: {error}");
        }
    }
}
