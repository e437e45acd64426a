//! `node:dns` (<https://nodejs.org/api/dns.html>).
//!
//! `lookup` asks the operating system, as in Node. The `resolve` family asks name servers itself, which no system
//! interface does for records other than addresses: over UDP, and over TCP what does not fit. The servers are those of
//! `/etc/resolv.conf`, or what the process decides ([`NameServers`]). A Worker cannot name others, as on the hosted
//! platform: it could send to any address with it.

mod answer;
mod ops;
mod query;
mod servers;

pub use servers::NameServers;

use selvedge_ops::OpDecl;

/// The ops of this module.
pub(crate) const OPS: &[OpDecl] = &[ops::op_node_dns_lookup, ops::op_node_dns_resolve, ops::op_node_dns_servers];
