//! Conditions on an object (<https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#conditional-operations>),
//! by the rules of HTTP (RFC 9110, section 13).

use super::Object;

/// An etag in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Etag {
    /// This very content.
    Strong(String),
    /// Content that is as good.
    Weak(String),
    /// Any content.
    Wildcard,
}

/// A condition. Parts that are not given hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The object has one of these etags.
    pub matches: Option<Vec<Etag>>,
    /// The object has none of these etags.
    pub matches_not: Option<Vec<Etag>>,
    /// It was stored before this time, in milliseconds since the Unix epoch.
    pub before: Option<i64>,
    /// It was stored after this time.
    pub after: Option<i64>,
    /// Times are compared in whole seconds, as HTTP tells them.
    pub whole_seconds: bool,
}

impl Condition {
    /// Whether it holds for an object, or for there being none.
    pub(super) fn holds(&self, object: Option<&Object>) -> bool {
        let Some(object) = object else { return self.matches.is_none() && self.after.is_none() };
        let time = |time: i64| if self.whole_seconds { time.div_euclid(1000) } else { time };
        let matches = self.matches.as_ref().is_none_or(|etags| includes(etags, &object.etag, false));
        let none_matches = self.matches_not.as_ref().is_none_or(|etags| !includes(etags, &object.etag, true));
        // An etag says more than a time: where it has decided, the time does not count.
        let after = self
            .after
            .is_none_or(|after| time(after) < time(object.uploaded) || (self.matches_not.is_some() && none_matches));
        let before = self
            .before
            .is_none_or(|before| time(object.uploaded) < time(before) || (self.matches.is_some() && matches));
        matches && none_matches && after && before
    }
}

fn includes(etags: &[Etag], etag: &str, weakly: bool) -> bool {
    etags.iter().any(|given| match given {
        Etag::Wildcard => true,
        Etag::Strong(value) => value == etag,
        Etag::Weak(value) => weakly && value == etag,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::{Checksums, StorageClass};

    fn object() -> Object {
        Object {
            key: "k".into(),
            version: "v".into(),
            size: 1,
            etag: "e".into(),
            uploaded: 10_500,
            checksums: Checksums::default(),
            http_metadata: None,
            custom_metadata: None,
            storage_class: StorageClass::Standard,
        }
    }

    fn strong(etag: &str) -> Option<Vec<Etag>> {
        Some(vec![Etag::Strong(etag.into())])
    }

    #[test]
    fn etags_decide() {
        let object = object();
        let holds = |condition: Condition| condition.holds(Some(&object));
        assert!(holds(Condition::default()));
        assert!(holds(Condition { matches: strong("e"), ..Condition::default() }));
        assert!(!holds(Condition { matches: strong("f"), ..Condition::default() }));
        assert!(!holds(Condition { matches_not: strong("e"), ..Condition::default() }));
        let weak = || Some(vec![Etag::Weak("e".into())]);
        assert!(!holds(Condition { matches: weak(), ..Condition::default() }), "If-Match compares strongly");
        assert!(!holds(Condition { matches_not: weak(), ..Condition::default() }));
        assert!(holds(Condition { matches: Some(vec![Etag::Wildcard]), ..Condition::default() }));
    }

    #[test]
    fn times_decide_where_etags_do_not() {
        let object = object();
        let holds = |condition: Condition| condition.holds(Some(&object));
        assert!(holds(Condition { before: Some(10_501), after: Some(10_499), ..Condition::default() }));
        assert!(!holds(Condition { before: Some(10_500), ..Condition::default() }));
        assert!(!holds(Condition { after: Some(10_500), ..Condition::default() }));
        let seconds = Condition { whole_seconds: true, ..Condition::default() };
        assert!(!holds(Condition { after: Some(10_000), ..seconds.clone() }), "the same second is not after it");
        assert!(holds(Condition { after: Some(20_000), matches_not: strong("f"), ..seconds.clone() }));
        assert!(holds(Condition { before: Some(0), matches: strong("e"), ..seconds }));
    }

    #[test]
    fn nothing_matches_no_etag() {
        assert!(Condition { matches_not: strong("*"), ..Condition::default() }.holds(None));
        assert!(!Condition { matches: strong("e"), ..Condition::default() }.holds(None));
        assert!(!Condition { after: Some(0), ..Condition::default() }.holds(None));
        assert!(Condition { before: Some(0), ..Condition::default() }.holds(None));
    }
}
