//! Metrics of a server, for Prometheus and its kin: `selvedge serve --metrics`.
//!
//! The counters are the Workers' own (`selvedge_platform::Metrics`); what is shown of them is put together when someone
//! asks, so that a request pays for some additions and for nothing else.

mod page;
pub(crate) mod process;
mod shown;
mod state;

pub(crate) use page::Page;
pub(crate) use shown::Shown;

use std::net::{Ipv4Addr, SocketAddr};

use selvedge_edge::{Server, ServerConfig};

/// Reads `--metrics`.
///
/// # Errors
/// The text is no address with a port.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let expected = || "expected an IP address and a port, like 127.0.0.1:9100 or localhost:9100".to_owned();
    if let Some(port) = text.strip_prefix("localhost:") {
        return port.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into()).map_err(|_| expected());
    }
    text.parse().map_err(|_| expected())
}

/// Takes the address on which metrics are shown.
///
/// # Errors
/// It cannot be had.
pub(crate) fn bind(address: SocketAddr) -> anyhow::Result<Server> {
    Ok(Server::bind(ServerConfig::new(address))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_port() {
        assert_eq!(address("127.0.0.1:9100").unwrap().to_string(), "127.0.0.1:9100");
        assert_eq!(address("localhost:0").unwrap().to_string(), "127.0.0.1:0");
        assert_eq!(address("[::1]:9").unwrap().to_string(), "[::1]:9");
        for text in ["9100", "localhost", "example.com:9100", ":9100"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
