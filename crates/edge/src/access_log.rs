//! One line for each request.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// What is logged of a request. [`Display`](fmt::Display) gives the line that `wrangler dev`
/// prints, `Serialize` the record for machines.
#[derive(Clone, Debug)]
pub struct AccessRecord<'a> {
    /// When the head came.
    pub time: SystemTime,
    /// The method.
    pub method: &'a Method,
    /// The `Host` header.
    pub host: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// `HTTP/1.1` or `HTTP/2`.
    pub protocol: &'a str,
    /// The client's address.
    pub client: IpAddr,
    /// The ray ID with the PoP's code.
    pub ray: &'a str,
    /// The Worker that answered, if one did.
    pub worker: Option<&'a str>,
    /// The status that was answered.
    pub status: StatusCode,
    /// From the request's head to the response's.
    pub duration: Duration,
    /// Bytes of response body, where known.
    pub bytes: Option<u64>,
}

impl fmt::Display for AccessRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.status.canonical_reason().unwrap_or("");
        let millis = self.duration.as_millis();
        write!(f, "{} {} {} {reason} ({millis}ms)", self.method, Printable(self.target), self.status.as_u16())
    }
}

/// A URL may hold bytes that would move a terminal's cursor or start a new line.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        Ok(())
    }
}

impl Serialize for AccessRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let since_epoch = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut record = serializer.serialize_struct("AccessRecord", 11)?;
        record.serialize_field("timestamp", &u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))?;
        record.serialize_field("method", self.method.as_str())?;
        record.serialize_field("host", self.host)?;
        record.serialize_field("target", self.target)?;
        record.serialize_field("protocol", self.protocol)?;
        record.serialize_field("client", &self.client)?;
        record.serialize_field("ray", self.ray)?;
        record.serialize_field("worker", &self.worker)?;
        record.serialize_field("status", &self.status.as_u16())?;
        record.serialize_field("durationMs", &(self.duration.as_micros() as f64 / 1000.0))?;
        record.serialize_field("bytes", &self.bytes)?;
        record.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(target: &str) -> AccessRecord<'_> {
        AccessRecord {
            time: UNIX_EPOCH + Duration::from_millis(1234),
            method: &Method::GET,
            host: "example.com",
            target,
            protocol: "HTTP/1.1",
            client: IpAddr::from([127, 0, 0, 1]),
            ray: "0000000000000001-DFW",
            worker: Some("hello"),
            status: StatusCode::OK,
            duration: Duration::from_micros(5678),
            bytes: Some(11),
        }
    }

    #[test]
    fn the_line_is_wranglers() {
        assert_eq!(record("/a?b=c").to_string(), "GET /a?b=c 200 OK (5ms)");
        assert_eq!(record("/\u{1b}[2J\n").to_string(), "GET /\\u{1b}[2J\\n 200 OK (5ms)");
    }

    #[test]
    fn the_record() {
        let json = serde_json::to_value(record("/")).unwrap();
        assert_eq!(json["timestamp"], 1234);
        assert_eq!(json["durationMs"], 5.678);
        assert_eq!(json["client"], "127.0.0.1");
        assert_eq!(json["status"], 200);
    }
}
