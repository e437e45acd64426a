//! Why a command on secrets did nothing.

use std::path::Path;

use crate::{Failure, StorageError};

/// Why a command on secrets did nothing.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// There is no such store.
    #[error("There is no secrets store with the ID {0}.")]
    NoStore(String),
    /// A store has the name already.
    #[error("There is a secrets store called {0} already.")]
    StoreExists(String),
    /// There is no such secret.
    #[error("Secret not found: this store has none with the ID {0}.")]
    NoSecret(String),
    /// A secret has the name already.
    #[error("There is a secret called {0} in this store already.")]
    SecretExists(String),
}

impl From<rusqlite::Error> for SecretsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl Failure for SecretsError {
    fn at(self, path: &Path) -> Self {
        match self {
            Self::Storage(error) => Self::Storage(error.at(path)),
            other => other,
        }
    }

    fn is_interrupted(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_interrupted())
    }
}
