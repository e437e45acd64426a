//! Where a server listens, whom it believes, and where it thinks its visitors are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use ipnet::IpNet;
use selvedge_edge::{GeoDb, Locator, Place, Scheme, ServerConfig, TlsConfig};

use crate::request_body;

/// Arguments that `dev` and `serve` have in common.
#[derive(Args, Clone, Debug)]
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
    /// The largest body of a request, like 500MB or 1GB
    #[arg(long, value_name = "SIZE", value_parser = request_body::size, default_value = "100MB")]
    max_body_size: u64,
}

impl EdgeArgs {
    /// The largest body of a request, in bytes.
    pub(crate) fn max_body_size(&self) -> u64 {
        self.max_body_size
    }

    /// The server's configuration at a place and port.
    ///
    /// # Errors
    /// A geo database cannot be read.
    pub(crate) fn configure(&self, ip: Ip, port: u16, tls: Option<TlsConfig>) -> anyhow::Result<ServerConfig> {
        let mut place = Place::default();
        if let Some(colo) = &self.colo {
            place.colo.clone_from(colo);
        }
        let db = if self.geo_db.is_empty() { None } else { Some(GeoDb::open(&self.geo_db)?) };
        let mut config = ServerConfig::new(SocketAddr::new(ip.address(), port));
        config.also = (ip == Ip::Localhost).then_some(Ipv6Addr::LOCALHOST.into());
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

/// What `--ip` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ip {
    /// 127.0.0.1, and ::1 where the machine has it.
    Localhost,
    /// This address.
    Address(IpAddr),
}

impl Ip {
    /// Reads `--ip`.
    ///
    /// # Errors
    /// The text is no address.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        match text {
            "localhost" => Ok(Self::Localhost),
            "*" => Ok(Self::Address(Ipv4Addr::UNSPECIFIED.into())),
            text => match text.trim_start_matches('[').trim_end_matches(']').parse() {
                Ok(ip) => Ok(Self::Address(ip)),
                Err(_) => {
                    bail!("--ip {text} is not an IP address; use one of this machine's, localhost, or 0.0.0.0 for all")
                }
            },
        }
    }

    fn address(self) -> IpAddr {
        match self {
            Self::Localhost => Ipv4Addr::LOCALHOST.into(),
            Self::Address(ip) => ip,
        }
    }

    /// The URL at which a server there answers on this machine.
    pub(crate) fn url(self, scheme: Scheme, port: u16) -> String {
        let host = match self {
            Self::Localhost => "localhost".to_owned(),
            Self::Address(IpAddr::V4(ip)) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            Self::Address(IpAddr::V6(ip)) if ip.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
            Self::Address(IpAddr::V4(ip)) => ip.to_string(),
            Self::Address(IpAddr::V6(ip)) => format!("[{ip}]"),
        };
        format!("{}://{host}:{port}", scheme.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_can_be_asked_on_this_machine() {
        for (ip, expected) in [
            ("localhost", "http://localhost:81"),
            ("0.0.0.0", "http://127.0.0.1:81"),
            ("*", "http://127.0.0.1:81"),
            ("::", "http://[::1]:81"),
            ("10.1.2.3", "http://10.1.2.3:81"),
            ("fd00::1", "http://[fd00::1]:81"),
        ] {
            assert_eq!(Ip::parse(ip).unwrap().url(Scheme::Http, 81), expected);
        }
    }

    #[test]
    fn addresses_and_networks() {
        assert_eq!(Ip::parse("localhost").unwrap().address(), Ipv4Addr::LOCALHOST);
        assert_eq!(Ip::parse("[::1]").unwrap().address(), Ipv6Addr::LOCALHOST);
        assert!(Ip::parse("nowhere").is_err());
        assert_eq!(network("10.0.0.1").unwrap(), "10.0.0.1/32".parse::<IpNet>().unwrap());
        assert!(network("10.0.0.0/8").is_ok() && network("x").is_err());
        assert_eq!(colo("ams").unwrap(), "AMS");
        assert!(colo("amst").is_err());
    }
}
