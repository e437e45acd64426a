//! The arguments of `selvedge serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use selvedge_runtime::Compilation;

use super::origins::OriginArg;
use crate::listen::EdgeArgs;
use crate::output::Verbosity;
use crate::sandbox::Sandbox;
use crate::state::StateArgs;

/// Arguments of `selvedge serve`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge serve my-worker --port 80
  selvedge serve workers --domain example.com --tls-cert cert.pem --tls-key key.pem
  selvedge serve shop/wrangler.jsonc api/wrangler.toml --env production

Which Worker answers is what `routes` in the wrangler files say. A Worker without routes answers everything when it is
alone; among others it answers at NAME.localhost, and at NAME.DOMAIN with --domain.

Secrets are read from .dev.vars or .env beside each wrangler file. SIGTERM lets requests under way finish.")]
pub(crate) struct ServeArgs {
    /// Wrangler files, projects' folders, or folders of such folders [default: the current folder]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The environment of the wrangler files
    #[arg(long, short, value_name = "NAME")]
    pub(super) env: Option<String>,
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub(super) port: u16,
    /// The address to listen on
    #[arg(long, default_value = "0.0.0.0")]
    pub(super) ip: String,
    /// The certificate chain, in PEM; with it the server speaks HTTPS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,
    /// The domain under which Workers without routes have hosts of their own
    #[arg(long, value_name = "DOMAIN")]
    pub(super) domain: Option<String>,
    /// Where a request goes that a Worker lets pass on an exception: a URL, for one host (HOST=URL) or for all others
    #[arg(long, value_name = "[HOST=]URL")]
    pub(super) origin: Vec<OriginArg>,
    #[command(flatten)]
    pub(super) state: StateArgs,
    #[command(flatten)]
    pub(super) edge: EdgeArgs,
    /// Let Workers fetch from loopback, link-local and private addresses
    #[arg(long)]
    pub(super) allow_private_network: bool,
    /// The most instances of one Worker at once [default: the number of cores]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) instances: Option<u16>,
    /// How many MB of memory all instances may take before idle ones are let go [default: half of what there is]
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) memory: Option<u32>,
    /// What the process may reach besides the network: see docs/security.md
    #[arg(long, value_enum, default_value_t)]
    pub(super) sandbox: Sandbox,
    /// Run all Workers in V8's interpreter: slower, without WebAssembly, and without memory that is made executable
    #[arg(long)]
    pub(super) jitless: bool,
    /// Where to show metrics, in OpenMetrics' text, at /metrics; plain HTTP [default: nowhere]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = crate::metrics::address)]
    pub(super) metrics: Option<SocketAddr>,
    /// Print a line for each request
    #[arg(long)]
    pub(super) access_log: bool,
    /// How much is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_level: Verbosity,
    /// Print one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

impl ServeArgs {
    /// What V8 makes of the Workers' JavaScript.
    pub(crate) fn compilation(&self) -> Compilation {
        if self.jitless { Compilation::Bytecode } else { Compilation::MachineCode }
    }
}
