//! The ops of name resolution.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use selvedge_ops::{Json, OpError, op};
use selvedge_runtime::{InstanceState, Invocation};
use selvedge_web::fetch::{Connection, connect, subrequests};
use serde::Deserialize;

use super::answer::{Failure, Record, record_type};
use super::query::{Plan, resolve};
use super::servers::{self, NameServers};
use crate::coded::Coded;

/// The most tries, and the longest wait for one in milliseconds, that a resolver may be given.
const MOST_TRIES: u32 = 10;
const MOST_PATIENCE: u64 = 60_000;

/// How to ask.
#[derive(Debug, Deserialize)]
struct Options {
    timeout: u64,
    tries: u32,
}

impl From<Failure> for OpError {
    fn from(failure: Failure) -> Self {
        Coded::error(failure.code(), failure.code()).into()
    }
}

/// A question is a subrequest, as on hosted, where it is a `fetch` of a resolver: it counts, and waits for its turn.
async fn ask(invocation: &Invocation) -> Result<Option<Connection>, OpError> {
    let subrequests = subrequests(invocation);
    subrequests.as_ref().map_or(Ok(()), |subrequests| subrequests.0.count())?;
    Ok(connect(subrequests.as_ref()).await)
}

/// The addresses of a name, as the operating system gives them, and whether each is of IPv6.
#[op]
pub(crate) async fn op_node_dns_lookup(
    #[context] invocation: Arc<Invocation>,
    name: String,
) -> Result<Vec<(String, bool)>, OpError> {
    let _connection = ask(&invocation).await?;
    let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| OpError::from(Failure::NotFound))?;
    let mut found: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if !found.contains(&address.ip()) {
            found.push(address.ip());
        }
    }
    if found.is_empty() {
        return Err(Failure::NotFound.into());
    }
    Ok(found.into_iter().map(|address| (address.to_string(), address.is_ipv6())).collect())
}

fn name_servers(instance: &InstanceState) -> Vec<SocketAddr> {
    instance.extension::<NameServers>().map_or_else(servers::system, |servers| servers.0.clone())
}

/// The records of a name, of one kind or `ANY`.
#[op]
pub(crate) async fn op_node_dns_resolve(
    #[context] invocation: Arc<Invocation>,
    #[context] instance: Arc<InstanceState>,
    name: String,
    kind: String,
    options: Json<Options>,
) -> Result<Json<Vec<Record>>, OpError> {
    let kind = record_type(&kind).ok_or(Failure::NotImplemented)?;
    let Options { timeout, tries } = options.0;
    let plan = Plan {
        servers: name_servers(&instance),
        patience: Duration::from_millis(timeout.clamp(1, MOST_PATIENCE)),
        tries: tries.clamp(1, MOST_TRIES),
    };
    let _connection = ask(&invocation).await?;
    Ok(Json(resolve(&plan, &name, kind).await?))
}

/// The name servers, with ports that are not the customary one.
#[op]
pub(crate) fn op_node_dns_servers(#[context] instance: Arc<InstanceState>) -> Vec<String> {
    let port = |server: SocketAddr| if server.port() == 53 { server.ip().to_string() } else { server.to_string() };
    name_servers(&instance).into_iter().map(port).collect()
}
