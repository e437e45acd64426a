//! A day of the calendar, as compatibility dates are written.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use serde::{Serialize, Serializer};

use crate::reader::{FromValue, Node};
use crate::value::Kind;

/// A date without a time or a zone, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CivilDate(NaiveDate);

impl CivilDate {
    /// The date, if the calendar has it.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The date in UTC at a time in seconds since 1970. `None` for a time the calendar does not reach.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(|time| Self(time.date_naive()))
    }

    /// Reads `YYYY-MM-DD`, with all its digits, as hosted requires of a compatibility date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return None;
        }
        Self::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromValue for CivilDate {
    const TYPE: &'static str = "date string";

    fn example() -> serde_json::Value {
        "2025-06-01".into()
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        let Kind::String(text) = &node.value.kind else {
            let mut error = node.wrong_type(Self::TYPE, Self::example());
            if let Kind::Date(date) = &node.value.kind {
                error = error.help(format!("put the date in quotes: \"{date}\""));
            }
            node.cx.report(error);
            return None;
        };
        let date = Self::parse(text);
        if date.is_none() {
            let message =
                format!("\"{}\" field should be a valid ISO-8601 date (YYYY-MM-DD), but got {text:?}.", node.path);
            let mut error = node.error(message).label("not a date of the calendar");
            if text.contains(['\u{2013}', '\u{2014}']) {
                error = error.help("use hyphens (-) rather than en-dashes (\u{2013}) or em-dashes (\u{2014})");
            }
            node.cx.report(error.help(node.example(&Self::example())));
        }
        date
    }
}

#[cfg(test)]
mod tests {
    use super::CivilDate;

    #[test]
    fn only_whole_dates_of_the_calendar_are_read() {
        assert_eq!(CivilDate::parse("2024-02-29"), CivilDate::new(2024, 2, 29));
        for text in ["2023-02-29", "2024-2-9", "2024-13-01", "20240101", "+024-01-01", "", "2024-01-01T00"] {
            assert_eq!(CivilDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_falls_on_its_utc_day() {
        assert_eq!(CivilDate::from_unix_seconds(86_399), CivilDate::new(1970, 1, 1));
        assert_eq!(CivilDate::from_unix_seconds(i64::MAX), None);
    }

    #[test]
    fn dates_are_shown_as_they_are_written() {
        assert_eq!(CivilDate::new(2025, 6, 1).unwrap().to_string(), "2025-06-01");
    }
}
