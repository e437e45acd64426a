//! Where a server listens, whom it believes, and where it thinks its visitors are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use ipnet::IpNet;
use selvedge_edge::{GeoDb, Locator, Place, Scheme, ServerConfig, TlsConfig};

/// Arguments that `dev` and `serve` have in common.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct EdgeArgs {
    /// A database in MaxMind's format (.mmdb) that tells where visitors are, for `request.cf`; may be given several times
    #[arg(long, value_name = "FILE")]
    geo_db: Vec<PathBuf>,
    /// A proxy, or a network of them, whose X-Forwarded-For and X-Forwarded-Proto are believed; may be given several times
    #[arg(long, value_name = "ADDRESS", value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// The three letters of this place, for `request.cf.colo` and CF-Ray
    #[arg(long, value_name = "CODE", value_parser = colo)]
    colo: Option<String>,
}

impl EdgeArgs {
    /// The server's configuration at an address.
    ///
    /// # Errors
    /// A geo database cannot be read.
    pub(crate) fn configure(&self, address: SocketAddr, tls: Option<TlsConfig>) -> anyhow::Result<ServerConfig> {
        let mut place = Place::default();
        if let Some(colo) = &self.colo {
            place.colo.clone_from(colo);
        }
        let db = if self.geo_db.is_empty() { None } else { Some(GeoDb::open(&self.geo_db)?) };
        let mut config = ServerConfig::new(address);
        config.tls = tls;
        config.trusted_proxies.clone_from(&self.trusted_proxy);
        config.locator = Arc::new(Locator { place, db });
        Ok(config)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| address())
        .map_err(|_| "expected an IP address or a network, like 10.0.0.1 or 10.0.0.0/8".to_owned())
}

fn colo(text: &str) -> Result<String, String> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text.to_ascii_uppercase())
    } else {
        Err("expected the three letters of an airport, like DFW".to_owned())
    }
}

/// The address of `--ip`.
///
/// # Errors
/// The text is none.
pub(crate) fn ip(text: &str) -> anyhow::Result<IpAddr> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        "*" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        text => match text.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(ip) => Ok(ip),
            Err(_) => {
                bail!("--ip {text} is not an IP address; use one of this machine's, localhost, or 0.0.0.0 for all")
            }
        },
    }
}

/// The URL at which a listener answers on this machine.
pub(crate) fn url(scheme: Scheme, address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("{}://{}", scheme.as_str(), SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_can_be_asked_on_this_machine() {
        for (address, expected) in [
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("10.1.2.3:8787", "http://10.1.2.3:8787"),
        ] {
            assert_eq!(url(Scheme::Http, address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn addresses_and_networks() {
        assert_eq!(ip("localhost").unwrap(), Ipv4Addr::LOCALHOST);
        assert_eq!(ip("[::1]").unwrap(), Ipv6Addr::LOCALHOST);
        assert!(ip("nowhere").is_err());
        assert_eq!(network("10.0.0.1").unwrap(), "10.0.0.1/32".parse::<IpNet>().unwrap());
        assert!(network("10.0.0.0/8").is_ok() && network("x").is_err());
        assert_eq!(colo("ams").unwrap(), "AMS");
        assert!(colo("amst").is_err());
    }
}
