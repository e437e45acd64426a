//! Which name servers to ask.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The name servers of a Worker's `node:dns`, as an extension of its instances. Without it they are the machine's.
#[derive(Clone, Debug)]
pub struct NameServers(pub Vec<SocketAddr>);

/// As many as the C library asks.
const MOST: usize = 3;

/// The servers of a `resolv.conf` (resolv.conf(5)); that of this machine when it names none.
pub(super) fn from_resolv_conf(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        if words.next()? != "nameserver" {
            return None;
        }
        // An IPv6 address may carry a zone, which a socket address here cannot.
        let address: IpAddr = words.next()?.split('%').next()?.parse().ok()?;
        Some(SocketAddr::new(address, 53))
    });
    let mut servers: Vec<SocketAddr> = named.take(MOST).collect();
    if servers.is_empty() {
        servers.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 53));
    }
    servers
}

/// The machine's own servers.
pub(super) fn system() -> Vec<SocketAddr> {
    from_resolv_conf(&std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_that_matter() {
        let text =
            "# nameserver 1.1.1.1\nsearch a.test\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\nnameserver what\n";
        let servers = from_resolv_conf(text);
        assert_eq!(servers, ["192.0.2.1:53".parse().unwrap(), "[fe80::1]:53".parse().unwrap()]);
        assert_eq!(from_resolv_conf(""), ["127.0.0.1:53".parse().unwrap()]);
    }
}
