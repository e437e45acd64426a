//! What a redirect does to a request (HTTP-redirect fetch: <https://fetch.spec.whatwg.org/#http-redirect-fetch>).

use http::{Method, StatusCode};
use url::Url;

use super::error::FetchError;

/// The most redirects that are followed.
pub(crate) const MAX_REDIRECTS: usize = 20;

/// What to ask next.
#[derive(Debug, PartialEq)]
pub(crate) struct Next {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// The body, and the headers that describe it, are dropped.
    pub(crate) drop_body: bool,
    /// `Authorization` is dropped: the next origin is another one.
    pub(crate) drop_authorization: bool,
}

/// Whether a response of this status sends the client elsewhere.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Follows one redirect.
///
/// # Errors
/// [`FetchError::Location`], and [`FetchError::Unreplayable`] when the body would have to be sent again but
/// cannot.
pub(crate) fn follow(
    status: StatusCode,
    location: &str,
    from: &Url,
    method: &Method,
    replayable: bool,
) -> Result<Next, FetchError> {
    let url = from.join(location).map_err(|_| FetchError::Location)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Location);
    }
    if status != StatusCode::SEE_OTHER && !replayable {
        return Err(FetchError::Unreplayable);
    }
    let to_get = match status.as_u16() {
        301 | 302 => method == Method::POST,
        303 => method != Method::HEAD,
        _ => false,
    };
    Ok(Next {
        drop_authorization: url.origin() != from.origin(),
        method: if to_get { Method::GET } else { method.clone() },
        drop_body: to_get || status == StatusCode::SEE_OTHER,
        url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from() -> Url {
        Url::parse("https://a.test/dir/page?q").unwrap()
    }

    #[test]
    fn post_becomes_get_as_browsers_do() {
        for (status, method, expected) in [
            (301, Method::POST, Method::GET),
            (302, Method::POST, Method::GET),
            (302, Method::PUT, Method::PUT),
            (303, Method::PUT, Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (307, Method::POST, Method::POST),
            (308, Method::POST, Method::POST),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let next = follow(status, "../x", &from(), &method, true).unwrap();
            assert_eq!(next.method, expected, "{status} {method}");
            assert_eq!(next.url.as_str(), "https://a.test/x");
            assert!(!next.drop_authorization);
        }
    }

    #[test]
    fn another_origin_gets_no_authorization() {
        for location in ["https://b.test/", "http://a.test/", "https://a.test:8443/"] {
            assert!(follow(StatusCode::FOUND, location, &from(), &Method::GET, true).unwrap().drop_authorization);
        }
    }

    #[test]
    fn what_cannot_be_followed() {
        let get = |location| follow(StatusCode::FOUND, location, &from(), &Method::GET, true);
        assert!(matches!(get("https://"), Err(FetchError::Location)));
        assert!(matches!(get("file:///etc/passwd"), Err(FetchError::Location)));
        let stream = |status| follow(status, "/x", &from(), &Method::POST, false);
        assert!(matches!(stream(StatusCode::TEMPORARY_REDIRECT), Err(FetchError::Unreplayable)));
        assert!(stream(StatusCode::SEE_OTHER).is_ok());
    }
}
