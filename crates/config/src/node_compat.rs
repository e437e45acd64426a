//! What a Worker has of Node.js, by its compatibility flags and date
//! (<https://developers.cloudflare.com/workers/configuration/compatibility-flags/#nodejs-compatibility-flag>).

use crate::{CivilDate, Manifest};

/// How much of Node.js a Worker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodejsCompat {
    /// `nodejs_als`: `node:async_hooks` alone.
    AsyncLocalStorage,
    /// `nodejs_compat` with a date before 2024-09-23: modules by their `node:` names.
    V1,
    /// `nodejs_compat` since that date, or `nodejs_compat_v2`: bare names and globals too.
    V2,
}

impl Manifest {
    /// What the Worker has of Node.js.
    #[must_use]
    pub fn nodejs_compat(&self) -> Option<NodejsCompat> {
        let flag = |name: &str| self.compatibility_flags.iter().any(|flag| flag == name);
        let (compat, v2) = (flag("nodejs_compat"), flag("nodejs_compat_v2"));
        let by_date = compat && self.is_since(2024, 9, 23) && !flag("no_nodejs_compat_v2");
        match () {
            () if v2 || by_date => Some(NodejsCompat::V2),
            () if compat => Some(NodejsCompat::V1),
            () if flag("nodejs_als") => Some(NodejsCompat::AsyncLocalStorage),
            () => None,
        }
    }

    /// Whether `process.env` has the variables of `env`: by the flag, or with `nodejs_compat` since 2025-04-01.
    #[must_use]
    pub fn populates_process_env(&self) -> bool {
        let flag = |name: &str| self.compatibility_flags.iter().any(|flag| flag == name);
        let by_date = self.is_since(2025, 4, 1) && flag("nodejs_compat");
        (by_date || flag("nodejs_compat_populate_process_env")) && !flag("nodejs_compat_do_not_populate_process_env")
    }

    fn is_since(&self, year: i32, month: u32, day: u32) -> bool {
        CivilDate::new(year, month, day).is_some_and(|since| self.compatibility_date >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoadOptions;

    fn manifest(date: &str, flags: &str) -> Manifest {
        let text =
            format!(r#"{{"name":"w","main":"i.js","compatibility_date":"{date}","compatibility_flags":[{flags}]}}"#);
        let today = CivilDate::new(2026, 1, 1).unwrap();
        crate::parse(&text, "wrangler.json", &LoadOptions::new(today)).unwrap().manifest
    }

    #[test]
    fn the_date_decides_what_the_flag_means() {
        let compat = |date, flags| manifest(date, flags).nodejs_compat();
        assert_eq!(compat("2025-01-01", ""), None);
        assert_eq!(compat("2025-01-01", r#""nodejs_als""#), Some(NodejsCompat::AsyncLocalStorage));
        assert_eq!(compat("2024-09-22", r#""nodejs_compat""#), Some(NodejsCompat::V1));
        assert_eq!(compat("2024-09-23", r#""nodejs_compat""#), Some(NodejsCompat::V2));
        assert_eq!(compat("2024-09-23", r#""nodejs_compat","no_nodejs_compat_v2""#), Some(NodejsCompat::V1));
        assert_eq!(compat("2023-01-01", r#""nodejs_compat_v2""#), Some(NodejsCompat::V2));
    }

    #[test]
    fn the_environment_is_populated_since_2025() {
        let populates = |date, flags| manifest(date, flags).populates_process_env();
        assert!(!populates("2025-03-31", r#""nodejs_compat""#));
        assert!(populates("2025-04-01", r#""nodejs_compat""#));
        assert!(!populates("2025-04-01", r#""nodejs_compat","nodejs_compat_do_not_populate_process_env""#));
        assert!(populates("2024-01-01", r#""nodejs_compat","nodejs_compat_populate_process_env""#));
    }
}
