//! Cron expressions in Cloudflare's dialect: five fields in UTC, names of months and days, days of the week from
//! 1 (Sunday) to 7, and `L`, `W` and `#`
//! (<https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions>).

use std::fmt;

use chrono::DateTime;
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::reader::{FromValue, Node};
use crate::value::Kind;

/// A schedule, which keeps the text it was written as: hosted hands it to the `scheduled` handler as it stands.
#[derive(Clone, Default)]
pub struct Cron {
    text: String,
    schedule: Option<saffron::Cron>,
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error("a cron expression has 5 fields (minute, hour, day of month, month, day of week); this one has {found}")]
    Fields {
        /// How many there are.
        found: usize,
    },
    /// Numbers of the week start at 1.
    #[error("0 is no day of the week here: 1 is Sunday and 7 is Saturday, and the names SUN to SAT always work")]
    ZeroWeekday,
    /// Any other mistake.
    #[error("not a cron expression that Cron Triggers take")]
    Syntax,
    /// A schedule for the 31st of February.
    #[error("this schedule matches no day of any year")]
    Never,
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// When hosted would refuse it, or when no time ever matches it.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [.., weekday] = fields.as_slice() else {
            return Err(CronError::Fields { found: 0 });
        };
        if fields.len() != 5 {
            return Err(CronError::Fields { found: fields.len() });
        }
        let schedule: saffron::Cron = fields.join(" ").parse().map_err(|_| {
            if weekday.split([',', '-', '/']).any(|day| day == "0") {
                CronError::ZeroWeekday
            } else {
                CronError::Syntax
            }
        })?;
        if !schedule.any() {
            return Err(CronError::Never);
        }
        Ok(Self { text: text.to_owned(), schedule: Some(schedule) })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the schedule fires in the minute that contains a time in seconds since 1970 (UTC).
    #[must_use]
    pub fn matches(&self, unix_seconds: i64) -> bool {
        // Asking minute by minute, rather than for the next time, keeps to the part of the crate without panics.
        let minute = unix_seconds.div_euclid(60).checked_mul(60);
        let time = minute.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        match (&self.schedule, time) {
            (Some(schedule), Some(time)) => schedule.contains(time),
            _ => false,
        }
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cron({:?})", self.text)
    }
}

impl Serialize for Cron {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl FromValue for Cron {
    const TYPE: &'static str = "string";

    fn example() -> serde_json::Value {
        json!("*/5 * * * *")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        let Kind::String(text) = &node.value.kind else {
            node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
            return None;
        };
        Self::parse(text)
            .map_err(|error| {
                let message = format!("Invalid cron expression {text:?} in \"{}\": {error}.", node.path);
                node.cx.report(node.error(message).label("not a schedule").help(node.example(&Self::example())));
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloudflares_dialect_is_taken() {
        for text in [
            "* * * * *",
            "*/30 * * * *",
            "45 * * * *",
            "0 17 * * SUN",
            "10 7 * * MON-FRI",
            "0 15 1 * *",
            "0 18 * * 6L",
            "59 23 LW * *",
            "0 0 15W jan-mar 2#1",
        ] {
            assert_eq!(Cron::parse(text).map(|cron| cron.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn each_mistake_has_its_own_word() {
        assert_eq!(Cron::parse("* * * *"), Err(CronError::Fields { found: 4 }));
        assert_eq!(Cron::parse(""), Err(CronError::Fields { found: 0 }));
        assert_eq!(Cron::parse("0 0 * * * *"), Err(CronError::Fields { found: 6 }));
        assert_eq!(Cron::parse("0 0 * * 0"), Err(CronError::ZeroWeekday));
        assert_eq!(Cron::parse("61 * * * *"), Err(CronError::Syntax));
        assert_eq!(Cron::parse("0 0 31 2 *"), Err(CronError::Never));
    }

    #[test]
    fn a_schedule_matches_every_second_of_its_minute() {
        let cron = Cron::parse("30 12 * * MON").unwrap();
        let monday = 1_704_112_200; // 2024-01-01T12:30:00Z
        assert!(cron.matches(monday));
        assert!(cron.matches(monday + 59));
        assert!(!cron.matches(monday + 60));
        assert!(!cron.matches(monday + 86_400));
        assert!(!cron.matches(i64::MAX) && !cron.matches(i64::MIN));
    }
}
