//! Which addresses a Worker must not reach: everything that is not on the public internet.
//!
//! Without this, `fetch("http://169.254.169.254/")` would read a cloud machine's credentials and
//! `fetch("http://localhost:5432/")` would knock at the server's own services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses are refused.
#[derive(Clone, Copy)]
pub(crate) struct Guard(fn(IpAddr) -> bool);

impl Guard {
    /// One that refuses private addresses, or none.
    pub(crate) fn new(allow_private: bool) -> Self {
        Self(if allow_private { |_| false } else { is_private })
    }

    /// One that refuses what a test takes for private: all that a test can connect to is.
    #[cfg(test)]
    pub(crate) fn refusing(refused: fn(IpAddr) -> bool) -> Self {
        Self(refused)
    }

    /// Whether this one is.
    pub(crate) fn refuses(self, address: IpAddr) -> bool {
        self.0(address)
    }
}

/// Whether an address is loopback, link-local, private, reserved or multicast (IANA's special-purpose address
/// registries, RFC 6890). Addresses that embed an IPv4 address are judged by it.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(embedded) => is_private_v4(embedded),
            None => is_private_v6(address),
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 240..=255, _, _) // "this network", reserved, broadcast
            | (100, 64..=127, _) // shared address space of carriers (RFC 6598)
            | (192, 0, 0) // protocol assignments (RFC 6890)
            | (198, 18..=19, _) // benchmarks (RFC 2544)
        )
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is global unicast; of that, 2001:db8::/32 and 3fff::/20 are for documentation, and in 2001::/32
    // an IPv4 address is hidden (Teredo, RFC 4380).
    first & 0xe000 != 0x2000
        || (first == 0x2001 && matches!(second, 0 | 0x0db8))
        || (first == 0x3fff && second < 0x1000)
}

/// The IPv4 address in an IPv4-mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96, RFC 6052) or 6to4 (2002::/16,
/// RFC 3056) address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_public_addresses() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
            "3fff::1",
            "fec0::1",
            "::7f00:1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in
            ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "::ffff:1.1.1.1"]
        {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }
}
