//! The storage on real files.

mod databases;
mod import;
mod kv;
