//! The storage on real files.

mod cache;
mod databases;
