//! Times, as people write them.

use std::time::{Duration, SystemTime};

use anyhow::bail;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

/// Milliseconds since 1970 of a time: seconds since 1970, or a date and time of RFC 3339, in UTC unless it says.
///
/// # Errors
/// It is no time.
pub(super) fn parse(text: &str) -> anyhow::Result<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u64>() {
        // Seconds or, of twelve digits and more, milliseconds.
        return Ok(if number < 100_000_000_000 { number * 1000 } else { number });
    }
    let with_seconds = |text: &str| if text.matches(':').count() == 1 { format!("{text}:00") } else { text.to_owned() };
    let candidates =
        [text.to_owned(), format!("{text}Z"), format!("{}Z", with_seconds(text)), format!("{text}T00:00:00Z")];
    let time = candidates.iter().find_map(|text| OffsetDateTime::parse(&text.replacen(' ', "T", 1), &Rfc3339).ok());
    let milliseconds = time.map(|time| time.unix_timestamp_nanos() / 1_000_000);
    match milliseconds.and_then(|milliseconds| u64::try_from(milliseconds).ok()) {
        Some(milliseconds) => Ok(milliseconds),
        None => bail!(
            "Invalid timestamp '{text}'. Give seconds since 1970, or a date and time like 2026-11-26T09:30:00Z or 2026-11-26T10:30:00+01:00."
        ),
    }
}

/// A time in UTC, to the millisecond.
pub(super) fn format(time: SystemTime) -> String {
    let time = UtcDateTime::from(time);
    let date: Date = time.date();
    let time = PrimitiveDateTime::new(date, time.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

/// The same of milliseconds since 1970.
pub(super) fn format_milliseconds(time: u64) -> String {
    format(SystemTime::UNIX_EPOCH + Duration::from_millis(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in [
            "1777777800",
            "1777777800000",
            "2026-05-03T03:10:00Z",
            "2026-05-03T05:10:00+02:00",
            "2026-05-03T03:10",
            "2026-05-03 03:10:00",
        ] {
            assert_eq!(parse(text).unwrap(), 1_777_777_800_000, "{text}");
        }
        assert_eq!(format_milliseconds(1_777_777_800_007), "2026-05-03T03:10:00.007Z");
        assert_eq!(parse("2026-05-03").unwrap() % 86_400_000, 0);
        assert!(parse("yesterday").is_err() && parse("1960-01-01").is_err());
    }
}
