//! What all users of one bucket share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::files::Files;
use crate::sqlite::Database;

/// A bucket that is in use.
#[derive(Debug)]
pub(super) struct Open {
    /// The index.
    pub(super) index: Arc<Database>,
    /// The bodies.
    pub(super) files: Arc<Files>,
}

/// A bucket that is opened when it is first used, once.
pub(super) type Shared = Arc<OnceCell<Open>>;

/// The buckets that have been asked for, by name.
#[derive(Debug, Default)]
pub struct Buckets(Mutex<HashMap<String, Shared>>);

impl Buckets {
    pub(crate) fn get(&self, name: &str) -> Handle {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Handle(known.entry(name.to_owned()).or_default().clone())
    }

    pub(crate) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// A bucket, open or not.
#[derive(Clone, Debug)]
pub(crate) struct Handle(pub(super) Shared);
