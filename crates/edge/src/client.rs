//! Who sent a request, over what.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use http::header::HOST;
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

use crate::activity::Activity;
use crate::cf::{Cf, is_eu_country};
use crate::error_page::{self, EdgeError};
use crate::forwarded::{self, Claims};
use crate::geo::Locator;
use crate::origin::Origin;
use crate::prefetch::{prefetch, prefetch_shared};
use crate::ray::RayId;
use crate::tls::TlsFacts;

/// A host longer than this is kept for no other request: a name has 253 bytes at most (RFC 1035, section 2.3.4), a port five.
const LONGEST_KEPT: usize = 259;

/// The scheme of the request's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// As in a URL, without the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Who sent a request, over what, and under which ray. Cheap to clone.
///
/// Nothing here is computed before it is asked for: a Worker that looks neither at `request.cf` nor
/// at its headers pays for neither. What is computed is kept for the other requests of the same
/// client on the same connection.
#[derive(Clone, Debug)]
pub struct ClientInfo {
    client: Arc<Client>,
    ray: RayId,
}

/// One client of one connection. Directly connected, the two are one; behind a trusted proxy, each
/// request has its own.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) link: Arc<Link>,
    pub(crate) address: IpAddr,
    pub(crate) scheme: Scheme,
    /// `X-Forwarded-For` as trusted proxies wrote it.
    pub(crate) chain: Option<String>,
    pub(crate) behind_proxy: bool,
    origin: OnceLock<Origin>,
    /// In boxes, as most requests ask for neither, but read what is beside them.
    cf: OnceLock<Box<Cf>>,
    values: OnceLock<Box<forwarded::Values>>,
    cf_json: OnceLock<Arc<str>>,
}

/// What all requests of a connection have in common.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) peer: SocketAddr,
    pub(crate) http_protocol: &'static str,
    pub(crate) tls: Option<TlsFacts>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) locator: Arc<Locator>,
    pub(crate) trusted_proxies: Arc<[IpNet]>,
}

/// Makes the [`ClientInfo`] of each request of one connection.
pub(crate) struct Clients {
    direct: Arc<Client>,
    behind_proxy: bool,
}

impl Clients {
    pub(crate) fn new(link: Link) -> Self {
        let direct = Client::direct(Arc::new(link));
        let behind_proxy = direct.link.trusted_proxies.iter().any(|net| net.contains(&direct.address));
        Self { direct: Arc::new(direct), behind_proxy }
    }

    /// Asks for what the next request needs.
    pub(crate) fn prefetch(&self) {
        prefetch_shared(&self.direct);
        // This waits for the client's own memory, as what comes next waits for the connection's, which was asked for with it.
        if let Some(origin) = self.direct.origin.get() {
            prefetch(origin.host());
        }
    }

    /// The client of a request with these headers.
    pub(crate) fn of(&self, headers: &HeaderMap) -> ClientInfo {
        let client = if self.behind_proxy {
            Arc::new(Client::behind_proxy(Arc::clone(&self.direct.link), headers))
        } else {
            Arc::clone(&self.direct)
        };
        ClientInfo { client, ray: RayId::new() }
    }
}

impl Client {
    fn direct(link: Arc<Link>) -> Self {
        Self {
            address: link.peer.ip().to_canonical(),
            scheme: if link.tls.is_some() { Scheme::Https } else { Scheme::Http },
            link,
            chain: None,
            behind_proxy: false,
            origin: OnceLock::new(),
            cf: OnceLock::new(),
            cf_json: OnceLock::new(),
            values: OnceLock::new(),
        }
    }

    fn behind_proxy(link: Arc<Link>, headers: &HeaderMap) -> Self {
        let claims = Claims::read(headers, &link.trusted_proxies);
        let proxy = Self::direct(link);
        Self {
            address: claims.address.unwrap_or(proxy.address),
            scheme: claims.scheme.unwrap_or(proxy.scheme),
            chain: claims.chain,
            behind_proxy: true,
            ..proxy
        }
    }

    pub(crate) fn cf(&self) -> &Cf {
        self.cf.get_or_init(|| {
            let location = self.link.locator.locate(self.address);
            let tls = self.link.tls.as_ref();
            Box::new(Cf {
                colo: self.link.locator.place.colo.clone(),
                is_eu_country: is_eu_country(location.country.as_deref()),
                location,
                http_protocol: self.link.http_protocol,
                tls_version: tls.map_or("", |tls| tls.version),
                tls_cipher: tls.map_or("", |tls| tls.cipher),
            })
        })
    }
}

impl ClientInfo {
    /// The other end of the socket: the client, or the nearest proxy.
    pub fn peer(&self) -> SocketAddr {
        self.client.link.peer
    }

    /// The client's address: the peer's, or what trusted proxies say it is.
    pub fn address(&self) -> IpAddr {
        self.client.address
    }

    /// The scheme of the request's URL: the connection's, or what a trusted proxy says it was.
    pub fn scheme(&self) -> Scheme {
        self.client.scheme
    }

    /// The origin of a request with these headers. That of the client's first is kept: others mostly have the same.
    pub fn origin(&self, headers: &HeaderMap) -> Cow<'_, Origin> {
        // The server lets none through without a host.
        let host = headers.get(HOST).map(HeaderValue::as_bytes).unwrap_or_default();
        let new = || Origin::new(self.scheme(), std::str::from_utf8(host).unwrap_or_default());
        // One long host must not weigh on the connection for the rest of its life.
        if host.len() > LONGEST_KEPT {
            return Cow::Owned(new());
        }
        let first = self.client.origin.get_or_init(new);
        if first.host().as_bytes() == host { Cow::Borrowed(first) } else { Cow::Owned(new()) }
    }

    /// `HTTP/1.1` or `HTTP/2`.
    pub fn http_protocol(&self) -> &'static str {
        self.client.link.http_protocol
    }

    /// Answers for the task of the connection, which never runs again, with an error, in the form that fits the request's
    /// headers, and ends the connection. Only while [`Handler::handle`](crate::Handler::handle) is being polled for this
    /// request: it must be what never returns. Over TLS the connection ends without an answer, and over HTTP/2 nothing
    /// happens, as other requests of the connection go on. Does not wait.
    pub fn abandon(&self, error: EdgeError, headers: &HeaderMap) {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let mut response = error_page::whole(error, headers, host, self.ray);
        response.headers_mut().extend(self.ray_value().map(|ray| (forwarded::CF_RAY, ray)));
        self.client.link.activity.bystander.answer(self.ray, &response);
    }

    /// The name of this request.
    pub fn ray(&self) -> RayId {
        self.ray
    }

    /// The PoP's code.
    pub fn colo(&self) -> &str {
        &self.client.link.locator.place.colo
    }

    /// The value of `CF-Ray` for this request.
    pub fn ray_value(&self) -> Option<HeaderValue> {
        self.ray.header_value(self.colo())
    }

    /// `request.cf`.
    pub fn cf(&self) -> &Cf {
        self.client.cf()
    }

    /// `request.cf` as JSON text, made once for each client.
    pub fn cf_json(&self) -> Arc<str> {
        let json = || serde_json::to_string(self.cf()).unwrap_or_else(|_| "{}".to_owned()).into();
        Arc::clone(self.client.cf_json.get_or_init(json))
    }

    /// Turns the headers that the client sent into those that a Worker sees: the hosted `CF-*` and
    /// forwarding headers are set, whatever the client put in their place is gone, and
    /// `Accept-Encoding` is what the platform itself can decode.
    ///
    /// May be put off until the Worker first looks at its headers. To be called once a request.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let values = self.client.values.get_or_init(|| Box::new(forwarded::Values::new(&self.client)));
        values.apply(headers);
        if let Some(ray) = self.ray_value() {
            headers.insert(forwarded::CF_RAY, ray);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn clients(peer: &str, trusted: &[&str]) -> Clients {
        Clients::new(Link {
            peer: peer.parse().unwrap(),
            http_protocol: "HTTP/1.1",
            tls: None,
            activity: Arc::default(),
            locator: Arc::default(),
            trusted_proxies: trusted.iter().map(|net| net.parse().unwrap()).collect(),
        })
    }

    #[test]
    fn a_stranger_cannot_choose_its_address_or_scheme() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.1.1.1".parse().unwrap());
        headers.insert("cf-connecting-ip", "1.1.1.1".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let client = clients("[::ffff:198.51.100.4]:999", &["10.0.0.0/8"]).of(&headers);
        assert_eq!(client.address().to_string(), "198.51.100.4");
        assert_eq!(client.scheme(), Scheme::Http);
    }

    #[test]
    fn a_trusted_proxy_can() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.5".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let client = clients("10.0.0.1:999", &["10.0.0.0/8"]).of(&headers);
        assert_eq!(client.address().to_string(), "203.0.113.9");
        assert_eq!(client.scheme(), Scheme::Https);
        assert_eq!(client.peer().to_string(), "10.0.0.1:999");
    }

    #[test]
    fn an_origin_is_of_the_request_s_own_host() {
        let client = clients("127.0.0.1:1", &[]).of(&HeaderMap::new());
        for host in ["a.test", "b.test:81", "a.test", "A.test"] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            assert_eq!(client.origin(&headers).host(), host);
            let url = format!("http://{}/x", host.to_ascii_lowercase());
            assert_eq!(client.clone().origin(&headers).url("/x"), url);
        }
        let long = HeaderMap::from_iter([(HOST, HeaderValue::from_bytes(&[b'a'; 10_000]).unwrap())]);
        let client = clients("127.0.0.1:1", &[]).of(&long);
        assert_eq!(client.origin(&long).host().len(), 10_000);
        assert!(client.client.origin.get().is_none(), "it is kept");
    }

    #[test]
    fn cf_json_is_cf() {
        let client = clients("127.0.0.1:1", &[]).of(&HeaderMap::new());
        let json: serde_json::Value = serde_json::from_str(&client.cf_json()).unwrap();
        assert_eq!(json["colo"], "DFW");
        assert_eq!(json["httpProtocol"], "HTTP/1.1");
        assert!(Arc::ptr_eq(&client.cf_json(), &client.clone().cf_json()));
    }
}
