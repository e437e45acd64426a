//! `cloudflare:sockets` (<https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/>): what a Worker may
//! connect to. The connection itself is the web crate's.
//!
//! Destinations are judged as those of `fetch`, with one exception: the database of a Hyperdrive binding. There hosted
//! gives the driver a name of its own to connect to; here it is the database's address, which the operator has written
//! down and which is mostly private.

use std::sync::Arc;

use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::Invocation;
use selvedge_web::fetch::FetchClient;
use selvedge_web::sockets::{SOCKET_WEIGHT, SocketResource};

use crate::binding::{Binding, Bindings};
use crate::exchange::{connection, count_subrequest};

pub(crate) const OPS: &[OpDecl] = &[op_socket_connect];

/// SMTP between mail servers, which hosted keeps Workers from.
const SMTP: u16 = 25;

/// Connects to a host: the number of the connection.
#[op(async)]
fn op_socket_connect(
    #[context] invocation: Arc<Invocation>,
    host: String,
    port: u16,
    tls: bool,
) -> Result<impl Future<Output = Result<u32, OpError>> + use<>, OpError> {
    count_subrequest(&invocation)?;
    let client = invocation.instance().extension::<FetchClient>();
    let client = client
        .ok_or_else(|| OpError::error("connect() is not available: this server was started without a network."))?;
    let guarded = client.dialer();
    let dialer = if is_configured(&invocation, &host, port) { guarded.unguarded() } else { guarded };
    Ok(async move {
        if port == SMTP {
            return Err(OpError::error("Connections to port 25 are prohibited"));
        }
        let waiting = connection(&invocation).await;
        let connected = dialer.connect(&host, port, tls).await?;
        drop(waiting);
        invocation.resources().add_weighing(SocketResource::new(connected.stream, dialer), SOCKET_WEIGHT)
    })
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether a binding leads there.
fn is_configured(invocation: &Invocation, host: &str, port: u16) -> bool {
    let Some(bindings) = invocation.instance().extension::<Bindings>() else { return false };
    bindings.0.values().any(|binding| match binding {
        Binding::Hyperdrive(hyperdrive) => {
            hyperdrive.port == port && bare(&hyperdrive.host).eq_ignore_ascii_case(bare(host))
        }
        _ => false,
    })
}
