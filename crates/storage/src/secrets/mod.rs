//! The secrets store (<https://developers.cloudflare.com/secrets-store/>): named values in stores, for the bindings
//! of `secrets_store_secrets`.
//!
//! One file for all stores, readable by its owner only. A store comes to be when the first secret is put into it, as
//! under `wrangler dev`, or by its own command. Values leave only through [`Secrets::value`], which the binding calls;
//! what the commands list has none, and nothing here that holds one can be printed.

mod entry;
mod error;
mod private;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::OnceCell;

pub use entry::{NewSecret, SecretChange, SecretEntry, SecretStore};
pub use error::SecretsError;

use crate::sqlite::{Database, DatabaseOptions};
use crate::{LocalStorage, StorageError};

const KIND: &str = "secrets";
const FILE: &str = "stores";

const MIGRATIONS: &[&str] = &["
CREATE TABLE stores (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created INTEGER NOT NULL DEFAULT (unixepoch()),
  modified INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
CREATE TABLE secrets (
  id TEXT NOT NULL PRIMARY KEY,
  store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  scopes TEXT NOT NULL,
  comment TEXT NOT NULL,
  created INTEGER NOT NULL DEFAULT (unixepoch()),
  modified INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (store_id, name)
) STRICT;
"];

/// All stores of a state folder. Making it touches no file.
#[derive(Debug)]
pub struct Secrets {
    storage: Arc<LocalStorage>,
    database: OnceCell<Arc<Database>>,
}

/// What is deleted leaves no trace in the file.
fn options() -> DatabaseOptions {
    let configure = |connection: &Connection, _| connection.pragma_update(None, "secure_delete", true);
    DatabaseOptions { migrations: MIGRATIONS, configure: Some(Arc::new(configure)) }
}

/// One secret by its name: what a binding stands for. It need not be there.
#[derive(Clone, Debug)]
pub struct Secret {
    secrets: Arc<Secrets>,
    store_id: String,
    name: String,
}

impl Secret {
    /// The secret of a name in a store.
    pub fn new(secrets: Arc<Secrets>, store_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { secrets, store_id: store_id.into(), name: name.into() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn value(&self) -> Result<Option<String>, StorageError> {
        self.secrets.value(&self.store_id, &self.name).await
    }
}

impl Secrets {
    /// The stores of a state folder.
    pub fn new(storage: Arc<LocalStorage>) -> Self {
        Self { storage, database: OnceCell::new() }
    }

    async fn database(&self) -> Result<&Arc<Database>, StorageError> {
        let open = || async {
            let storage = self.storage.clone();
            let make = move || {
                storage.open()?;
                private::make(&storage.path_of(KIND, FILE, ".sqlite"))?;
                storage.database(KIND, FILE, options)
            };
            tokio::task::spawn_blocking(make).await.unwrap_or(Err(StorageError::Closed))
        };
        self.database.get_or_try_init(open).await
    }

    /// A secret's value by its name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn value(&self, store_id: &str, name: &str) -> Result<Option<String>, StorageError> {
        let (store_id, name) = (store_id.to_owned(), name.to_owned());
        let work = move |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("SELECT value FROM secrets WHERE store_id = ?1 AND name = ?2")?;
            Ok(statement.query_row((&store_id, &name), |row| row.get(0)).optional()?)
        };
        self.database().await?.read(work).await
    }

    /// Makes a store.
    ///
    /// # Errors
    /// There is one of this name, or the file cannot be written.
    pub async fn create_store(&self, name: &str) -> Result<SecretStore, SecretsError> {
        let name = name.to_owned();
        let work = move |connection: &Connection| {
            // Not a constraint: a store that came to be by itself is called by its identifier, whatever that is.
            let taken = connection.prepare("SELECT 1 FROM stores WHERE name = ?1")?.exists([&name])?;
            if taken {
                return Err(SecretsError::StoreExists(name.clone()));
            }
            let id = new_id(connection)?;
            connection.execute("INSERT INTO stores (id, name) VALUES (?1, ?2)", (&id, &name))?;
            Ok(connection.query_row(&entry::store_query("WHERE id = ?1"), [&id], SecretStore::of)?)
        };
        self.database().await?.write(work).await
    }

    /// All stores, by name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn stores(&self) -> Result<Vec<SecretStore>, SecretsError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(&entry::store_query("ORDER BY name"))?;
            Ok(statement.query_map((), SecretStore::of)?.collect::<Result<_, _>>()?)
        };
        self.database().await?.read(work).await
    }

    /// Deletes a store with all that is in it.
    ///
    /// # Errors
    /// There is none of this identifier, or the file cannot be written.
    pub async fn delete_store(&self, id: &str) -> Result<(), SecretsError> {
        let id = id.to_owned();
        let work = move |connection: &Connection| match connection.execute("DELETE FROM stores WHERE id = ?1", [&id])? {
            0 => Err(SecretsError::NoStore(id.clone())),
            _ => Ok(()),
        };
        self.database().await?.write(work).await
    }

    /// Makes a secret, and its store if there is none yet.
    ///
    /// # Errors
    /// There is one of this name, or the file cannot be written.
    pub async fn create(&self, store_id: &str, secret: NewSecret) -> Result<SecretEntry, SecretsError> {
        let store_id = store_id.to_owned();
        self.database().await?.write(move |connection| insert(connection, &store_id, &secret)).await
    }

    /// The secrets of a store, by name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn list(&self, store_id: &str) -> Result<Vec<SecretEntry>, SecretsError> {
        let store_id = store_id.to_owned();
        let work = move |connection: &Connection| {
            let mut statement = connection.prepare(&entry::query("WHERE store_id = ?1 ORDER BY name"))?;
            Ok(statement.query_map([&store_id], SecretEntry::of)?.collect::<Result<_, _>>()?)
        };
        self.database().await?.read(work).await
    }

    /// One secret of a store.
    ///
    /// # Errors
    /// There is none of this identifier, or the file cannot be read.
    pub async fn get(&self, store_id: &str, id: &str) -> Result<SecretEntry, SecretsError> {
        let (store_id, id) = (store_id.to_owned(), id.to_owned());
        self.database().await?.read(move |connection| find(connection, &store_id, &id)).await
    }

    /// Changes a secret.
    ///
    /// # Errors
    /// There is none of this identifier, or the file cannot be written.
    pub async fn update(&self, store_id: &str, id: &str, change: SecretChange) -> Result<SecretEntry, SecretsError> {
        let (store_id, id) = (store_id.to_owned(), id.to_owned());
        let work = move |connection: &Connection| {
            let scopes = change.scopes.as_ref().map(|scopes| scopes.join(","));
            connection.execute(
                "UPDATE secrets SET value = coalesce(?3, value), scopes = coalesce(?4, scopes),
                   comment = coalesce(?5, comment), modified = unixepoch() WHERE store_id = ?1 AND id = ?2",
                (&store_id, &id, &change.value, scopes, &change.comment),
            )?;
            find(connection, &store_id, &id)
        };
        self.database().await?.write(work).await
    }

    /// Deletes a secret.
    ///
    /// # Errors
    /// There is none of this identifier, or the file cannot be written.
    pub async fn delete(&self, store_id: &str, id: &str) -> Result<(), SecretsError> {
        let (store_id, id) = (store_id.to_owned(), id.to_owned());
        let work = move |connection: &Connection| {
            find(connection, &store_id, &id)?;
            connection.execute("DELETE FROM secrets WHERE store_id = ?1 AND id = ?2", (&store_id, &id))?;
            Ok(())
        };
        self.database().await?.write(work).await
    }

    /// Makes another secret with the value of one.
    ///
    /// # Errors
    /// There is none of this identifier, there is one of the new name, or the file cannot be written.
    pub async fn duplicate(
        &self,
        store_id: &str,
        id: &str,
        name: &str,
        scopes: Vec<String>,
        comment: &str,
    ) -> Result<SecretEntry, SecretsError> {
        let (store_id, id) = (store_id.to_owned(), id.to_owned());
        let (name, comment) = (name.to_owned(), comment.to_owned());
        let work = move |connection: &Connection| {
            find(connection, &store_id, &id)?;
            let value = connection.query_row("SELECT value FROM secrets WHERE id = ?1", [&id], |row| row.get(0))?;
            let secret = NewSecret { name: name.clone(), value, scopes: scopes.clone(), comment: comment.clone() };
            insert(connection, &store_id, &secret)
        };
        self.database().await?.write(work).await
    }
}

/// An identifier as Cloudflare's are: 32 hexadecimal digits.
fn new_id(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("SELECT lower(hex(randomblob(16)))", (), |row| row.get(0))
}

fn find(connection: &Connection, store_id: &str, id: &str) -> Result<SecretEntry, SecretsError> {
    let query = entry::query("WHERE store_id = ?1 AND id = ?2");
    let found = connection.query_row(&query, (store_id, id), SecretEntry::of).optional()?;
    found.ok_or_else(|| SecretsError::NoSecret(id.to_owned()))
}

fn insert(connection: &Connection, store_id: &str, secret: &NewSecret) -> Result<SecretEntry, SecretsError> {
    connection.execute("INSERT INTO stores (id, name) VALUES (?1, ?1) ON CONFLICT DO NOTHING", [store_id])?;
    let id = new_id(connection)?;
    let inserted = connection.execute(
        "INSERT INTO secrets (id, store_id, name, value, scopes, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
        (&id, store_id, &secret.name, &secret.value, secret.scopes.join(","), &secret.comment),
    )?;
    match inserted {
        0 => Err(SecretsError::SecretExists(secret.name.clone())),
        _ => find(connection, store_id, &id),
    }
}
