//! How the client reaches an origin: name resolution, TCP, TLS.
//!
//! The refusal of private destinations sits in name resolution, where the address that is judged is the one
//! connected to: a check of the name beforehand could be answered differently the second time (DNS rebinding).
//! Addresses that are written out in the URL never come here and are judged by the client.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

use super::address::Guard;
use super::body::BoxError;
use super::client::FetchSetupError;

/// How long TCP and TLS may take together.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A name that stands for private addresses only.
#[derive(Debug, thiserror::Error)]
#[error("{0} is a private address")]
pub(crate) struct PrivateAddress(pub(crate) IpAddr);

/// Looks a name up.
pub(crate) type Lookup = Arc<dyn Fn(Name) -> Pending<Vec<SocketAddr>> + Send + Sync>;

/// As the system does.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|name| Box::pin(async move { Ok(GaiResolver::new().call(name).await?.collect()) }))
}

/// Resolves names, leaving out the addresses that Workers may not reach.
#[derive(Clone)]
pub(crate) struct GuardedResolver {
    lookup: Lookup,
    guard: Guard,
    /// The name that is looked up whatever name is asked for.
    instead: Option<Name>,
}

impl GuardedResolver {
    pub(crate) fn new(lookup: Lookup, guard: Guard, instead: Option<Name>) -> Self {
        Self { lookup, guard, instead }
    }
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pending<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let lookup = (self.lookup)(self.instead.clone().unwrap_or(name));
        let guard = self.guard;
        Box::pin(async move { permitted(lookup.await?, guard).map_err(Into::into) })
    }
}

fn permitted(mut found: Vec<SocketAddr>, guard: Guard) -> Result<std::vec::IntoIter<SocketAddr>, PrivateAddress> {
    let first = found.first().map(SocketAddr::ip);
    found.retain(|address| !guard.refuses(address.ip()));
    match first {
        Some(address) if found.is_empty() => Err(PrivateAddress(address)),
        _ => Ok(found.into_iter()),
    }
}

/// TCP and TLS under one timeout.
#[derive(Clone)]
pub(crate) struct Connector(HttpsConnector<HttpConnector<GuardedResolver>>);

impl Connector {
    /// `upgrades`: for requests that want the connection for themselves, which is HTTP/1.1's alone.
    pub(crate) fn new(resolver: GuardedResolver, tls: ClientConfig, upgrades: bool) -> Self {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(Duration::from_secs(60)));
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        Self(if upgrades {
            builder.enable_http1().wrap_connector(http)
        } else {
            builder.enable_all_versions().wrap_connector(http)
        })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pending<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            tokio::time::timeout(CONNECT_TIMEOUT, connecting)
                .await
                .unwrap_or_else(|_| Err(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()).into()))
        })
    }
}

/// TLS that trusts what the machine trusts. A machine without certificates of its own (a bare container) gets
/// Mozilla's, compiled in.
pub(crate) fn tls_config(extra_roots: &[CertificateDer<'static>]) -> Result<ClientConfig, FetchSetupError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "some of the system's root certificates could not be read");
    }
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for root in extra_roots {
        roots.add(root.clone()).map_err(FetchSetupError::Root)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(FetchSetupError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_left_out() {
        let private: SocketAddr = "10.0.0.1:0".parse().unwrap();
        let public: SocketAddr = "1.1.1.1:0".parse().unwrap();
        let [guarded, open] = [false, true].map(Guard::new);
        assert_eq!(permitted(vec![private, public], guarded).unwrap().collect::<Vec<_>>(), [public]);
        assert_eq!(permitted(vec![private, public], open).unwrap().len(), 2);
        assert!(permitted(vec![private], guarded).is_err());
        assert_eq!(permitted(vec![], guarded).unwrap().len(), 0);
    }
}
