//! The storage on real files.

mod analytics;
mod databases;
mod import;
mod secrets;
