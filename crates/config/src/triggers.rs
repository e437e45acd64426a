//! `triggers`: when a Worker runs by the clock.

use crate::cron::Cron;

record! {
    /// `triggers`.
    pub struct Triggers {
        /// The schedules, in UTC.
        crons: Vec<Cron>,
    }
}
