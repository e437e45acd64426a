//! The storage on real files.

mod blobs;
mod databases;
