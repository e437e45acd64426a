//! The scheduled handler at request: `/cdn-cgi/handler/scheduled`
//! (<https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/>).

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode, Uri};
use selvedge_web::fetch::Body;
use serde_json::json;

/// A request for the scheduled handler.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    /// The schedule that it is to see.
    pub(super) cron: String,
    /// The time that it is to see; now when nothing is said.
    pub(super) time: Option<SystemTime>,
    answer: Answer,
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// `ok` or `exception`.
    Word,
    /// The same in JSON.
    Json,
    /// What wrangler's older `/__scheduled` says.
    Sentence,
}

impl Trigger {
    /// What a URL asks for. The older path counts only where it was asked for, as it could be the Worker's own.
    pub(super) fn of(uri: &Uri, older_too: bool) -> Option<Self> {
        let older = match uri.path() {
            "/cdn-cgi/handler/scheduled" | "/cdn-cgi/mf/scheduled" => false,
            "/__scheduled" if older_too => true,
            _ => return None,
        };
        let query = uri.query().unwrap_or_default().as_bytes();
        let parameter =
            |name: &str| url::form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value);
        let millis = parameter("time").and_then(|time| time.parse().ok());
        let answer = match parameter("format").as_deref() {
            Some("json") => Answer::Json,
            _ if older => Answer::Sentence,
            _ => Answer::Word,
        };
        Some(Self {
            cron: parameter("cron").map(Cow::into_owned).unwrap_or_default(),
            time: millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis))),
            answer,
        })
    }

    /// The response to a run that ended well, or did not.
    pub(super) fn response(&self, ok: bool) -> Response<Body> {
        let outcome = if ok { "ok" } else { "exception" };
        let (kind, body) = match self.answer {
            Answer::Word => ("text/plain;charset=UTF-8", outcome.to_owned()),
            Answer::Json => ("application/json", json!({ "outcome": outcome, "noRetry": false }).to_string()),
            Answer::Sentence if ok => ("text/plain;charset=UTF-8", "Ran scheduled event".to_owned()),
            Answer::Sentence => ("text/plain;charset=UTF-8", outcome.to_owned()),
        };
        let mut response = Response::new(Body::from(Bytes::from(body)));
        if !ok {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(uri: &str) -> Option<Trigger> {
        Trigger::of(&uri.parse().unwrap(), true)
    }

    #[test]
    fn the_query_says_which_schedule_and_when() {
        let found = trigger("/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*&time=1745856238000").unwrap();
        assert_eq!(found.cron, "*/5 * * * *");
        assert_eq!(found.time, Some(UNIX_EPOCH + Duration::from_secs(1_745_856_238)));
        let bare = trigger("/cdn-cgi/mf/scheduled?time=soon").unwrap();
        assert_eq!((bare.cron.as_str(), bare.time), ("", None));
        assert!(trigger("/cdn-cgi/handler/scheduled?time=99999999999999999999").unwrap().time.is_none());
    }

    #[test]
    fn other_paths_are_the_workers() {
        assert_eq!(trigger("/cdn-cgi/handler"), None);
        let uri = "/__scheduled".parse().unwrap();
        assert!(Trigger::of(&uri, false).is_none() && Trigger::of(&uri, true).is_some());
    }

    #[test]
    fn a_failure_is_a_500() {
        let found = trigger("/cdn-cgi/handler/scheduled").unwrap();
        assert_eq!(found.response(true).status(), 200);
        assert_eq!(found.response(false).status(), 500);
    }
}
