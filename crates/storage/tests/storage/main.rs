//! The storage on real files.

mod d1;
mod d1_history;
mod databases;
