//! The body of a request from outside, within its bound.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use selvedge_edge::error_page::{EdgeError, error_response};
use selvedge_edge::{BodyLimit, BodyTooLarge, LastResponse, RayId};
use selvedge_web::fetch::Body;

/// Holds a request to a body of at most so many bytes. The bound, where it has to be watched.
///
/// # Errors
/// The request says itself that its body is larger.
pub(crate) fn admit(request: &mut Request<Body>, most: u64) -> Result<Option<BodyLimit>, BodyTooLarge> {
    let limit = BodyLimit::of(request, most)?;
    if let Some(limit) = &limit {
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::boxed(limit.apply(body));
    }
    Ok(limit)
}

/// The answer to a request whose body is larger. On HTTP/1 it is the last one on its connection.
pub(crate) fn too_large(headers: &HeaderMap, host: &str, ray: RayId) -> Response<Body> {
    let response = error_response(EdgeError::RequestTooLarge, headers, host, ray);
    let mut response = response.map(|body: Full<Bytes>| Body::boxed(body));
    response.extensions_mut().insert(LastResponse);
    response
}

/// Reads a size: bytes, or kilobytes, megabytes, gigabytes of 1024 to the next.
///
/// # Errors
/// The text is none.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let expected = || "expected a size, like 500MB or 1GB".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "KB" | "K" => 10,
        "MB" | "M" => 20,
        "GB" | "G" => 30,
        _ => return Err(expected()),
    };
    let number: u64 = digits.parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [("0", 0), ("123", 123), ("10KB", 10 << 10), ("100mb", 100 << 20), ("2G", 2 << 30)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1.5MB", "1TB", "99999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
