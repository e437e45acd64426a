//! The arguments of `selvedge dev`: wrangler's names.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use http::uri::Authority;
use selvedge_config::Manifest;
use selvedge_edge::Scheme;

use crate::listen::EdgeArgs;
use crate::output::Verbosity;
use crate::project_args::ProjectArgs;
use crate::request::Upstream;
use crate::state::StateArgs;

/// Arguments of `selvedge dev`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge dev                                  the project of this folder, on http://localhost:8787
  selvedge dev my-worker --port 3000
  selvedge dev --env staging --var DEBUG:1
  selvedge dev worker.js                        a script without a project
  selvedge dev --assets ./public                a folder of files without a Worker

Variables and secrets come from .dev.vars or .env. Scheduled handlers run by the clock, and at
/cdn-cgi/handler/scheduled?cron=*+*+*+*+*")]
pub(crate) struct DevArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// The port to listen on; 0 takes any free one [default: dev.port of the wrangler file, or 8787]
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// The address to listen on [default: dev.ip of the wrangler file, or localhost]
    #[arg(long)]
    pub(super) ip: Option<String>,
    /// The protocol to listen for [default: dev.local_protocol of the wrangler file, or http]
    #[arg(long, value_enum)]
    pub(super) local_protocol: Option<Protocol>,
    /// The private key for HTTPS, in PEM [default: a new one, with a certificate that signs itself]
    #[arg(long, value_name = "FILE", requires = "https_cert_path")]
    pub(super) https_key_path: Option<PathBuf>,
    /// The certificate chain for HTTPS, in PEM
    #[arg(long, value_name = "FILE", requires = "https_key_path")]
    pub(super) https_cert_path: Option<PathBuf>,
    /// The host that `request.url` shows [default: dev.host of the wrangler file, or that of its first route]
    #[arg(long)]
    host: Option<String>,
    /// The origin: like --host, and where requests go that the Worker lets pass
    #[arg(long, value_name = "HOST")]
    local_upstream: Option<String>,
    /// The protocol of the origin, which `request.url` shows
    #[arg(long, value_enum)]
    upstream_protocol: Option<Protocol>,
    #[command(flatten)]
    pub(super) state: StateArgs,
    #[command(flatten)]
    pub(super) edge: EdgeArgs,
    /// How much is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_level: Verbosity,
    /// Whether keys do things while the server runs, on a terminal
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(super) show_interactive_dev_session: bool,
    /// Also run the scheduled handler at /__scheduled
    #[arg(long)]
    pub(super) test_scheduled: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// HTTP
    Http,
    /// HTTP over TLS
    Https,
}

impl From<selvedge_config::Protocol> for Protocol {
    fn from(protocol: selvedge_config::Protocol) -> Self {
        match protocol {
            selvedge_config::Protocol::Http => Self::Http,
            selvedge_config::Protocol::Https => Self::Https,
        }
    }
}

impl From<Protocol> for Scheme {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Http => Self::Http,
            Protocol::Https => Self::Https,
        }
    }
}

impl DevArgs {
    /// The host in whose place the server stands, if any.
    ///
    /// # Errors
    /// What is given as a host is none.
    pub(super) fn upstream(&self, manifest: &Manifest) -> anyhow::Result<Option<Upstream>> {
        let routed = manifest.routes.first().map(|route| route.pattern.host.trim_start_matches('.'));
        let host = [self.local_upstream.as_deref(), self.host.as_deref(), manifest.dev.host.as_deref(), routed];
        let Some(host) = host.into_iter().flatten().find(|host| !host.is_empty()) else {
            return Ok(None);
        };
        let bare = host.trim_start_matches("http://").trim_start_matches("https://").trim_end_matches('/');
        let authority: Authority =
            bare.parse().with_context(|| format!("{host} is not a host, like example.com or localhost:3000."))?;
        let protocol = self.upstream_protocol.or_else(|| manifest.dev.upstream_protocol.map(Into::into));
        Ok(Some(Upstream { scheme: protocol.map(Into::into), authority }))
    }

    /// Whether requests that the Worker lets pass go to the upstream: only when a person named one. A route's host may
    /// well be this Worker's own, deployed.
    pub(super) fn has_origin(&self) -> bool {
        self.local_upstream.is_some() || self.host.is_some()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use selvedge_config::{CivilDate, LoadOptions};

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: DevArgs,
    }

    fn upstream(arguments: &[&str], settings: &str) -> Option<Upstream> {
        let text = format!(r#"{{"name":"w","main":"i.js","compatibility_date":"2025-01-01"{settings}}}"#);
        let today = CivilDate::new(2026, 1, 1).unwrap();
        let loaded = selvedge_config::parse(&text, "wrangler.json", &LoadOptions::new(today)).unwrap();
        let command = Command::parse_from([&["dev"], arguments].concat());
        command.args.upstream(&loaded.manifest).unwrap()
    }

    #[test]
    fn the_nearest_word_on_the_host_counts() {
        let host = |arguments: &[&str], settings: &str| {
            upstream(arguments, settings).map(|upstream| upstream.authority.to_string())
        };
        let settings = r#","routes":["*.route.test/*"],"dev":{"host":"dev.test"}"#;
        assert_eq!(
            host(&["--local-upstream", "a.test:81", "--host", "b.test"], settings).as_deref(),
            Some("a.test:81")
        );
        assert_eq!(host(&["--host", "https://b.test/"], settings).as_deref(), Some("b.test"));
        assert_eq!(host(&[], settings).as_deref(), Some("dev.test"));
        assert_eq!(host(&[], r#","routes":["*.route.test/*"]"#).as_deref(), Some("route.test"));
        assert_eq!(host(&[], ""), None);
    }

    #[test]
    fn the_session_can_be_switched_off() {
        let shown =
            |arguments: &[&str]| Command::parse_from([&["dev"], arguments].concat()).args.show_interactive_dev_session;
        assert!(shown(&[]) && shown(&["--show-interactive-dev-session"]));
        assert!(!shown(&["--show-interactive-dev-session=false"]));
    }
}
