//! The engines behind the bindings that keep data.
//!
//! Callers know small traits; [`LocalStorage`] is the engine that needs nothing but a folder: SQLite files beneath
//! one state folder, one file for each KV namespace and each D1 database, so that one that is damaged, or as large as
//! the disk, is no other's affair. A lock makes the folder one process's.
//!
//! Nothing of it runs before it is used: a server with ten thousand databases has open those that are in use, and
//! closes them when they have been idle for a while.
//!
//! All of it may be called from async code. What may take long runs on tokio's blocking threads; a small read runs
//! where it is asked, within a bound (see [`sqlite::Database::read`]).

pub mod analytics;
pub mod blob;
pub mod cache;
pub mod d1;
mod error;
mod folder;
pub mod import;
pub mod kv;
mod local;
pub mod secrets;
pub mod sqlite;

pub use error::{Failure, StorageError};
pub use folder::{StateFolder, file_name};
pub use local::{Durability, LocalStorage};
