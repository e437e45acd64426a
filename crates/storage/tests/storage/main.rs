//! The storage on real files.

mod databases;
