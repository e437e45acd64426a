//! Stores and secrets, as they are listed and as they are made.

use rusqlite::Row;

/// A store, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SecretStore {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made, in ISO 8601.
    pub created: String,
    /// When it was last changed, in ISO 8601.
    pub modified: String,
}

/// A secret without its value, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SecretEntry {
    /// Its identifier.
    pub id: String,
    /// The store that it is in.
    pub store_id: String,
    /// Its name.
    pub name: String,
    /// A word on it.
    pub comment: String,
    /// Which services may use it: `workers`.
    pub scopes: Vec<String>,
    /// When it was made, in ISO 8601.
    pub created: String,
    /// When it was last changed, in ISO 8601.
    pub modified: String,
}

/// A secret to be made.
#[derive(Clone)]
pub struct NewSecret {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Which services may use it.
    pub scopes: Vec<String>,
    /// A word on it.
    pub comment: String,
}

/// What is to be changed of a secret.
#[derive(Clone, Default)]
pub struct SecretChange {
    /// Its value.
    pub value: Option<String>,
    /// Which services may use it.
    pub scopes: Option<Vec<String>>,
    /// A word on it.
    pub comment: Option<String>,
}

/// The query of stores, with the rest of it.
pub(super) fn store_query(rest: &str) -> String {
    format!(
        "SELECT id, name, strftime('%FT%TZ', created, 'unixepoch'), strftime('%FT%TZ', modified, 'unixepoch')
         FROM stores {rest}"
    )
}

/// The query of secrets, with the rest of it.
pub(super) fn query(rest: &str) -> String {
    format!(
        "SELECT id, store_id, name, comment, scopes, strftime('%FT%TZ', created, 'unixepoch'),
           strftime('%FT%TZ', modified, 'unixepoch')
         FROM secrets {rest}"
    )
}

impl SecretStore {
    /// A row of [`store_query`].
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, created: row.get(2)?, modified: row.get(3)? })
    }
}

impl SecretEntry {
    /// A row of [`query`].
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let scopes: String = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            store_id: row.get(1)?,
            name: row.get(2)?,
            comment: row.get(3)?,
            scopes: scopes.split(',').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
            created: row.get(5)?,
            modified: row.get(6)?,
        })
    }
}
