//! The state folder of wrangler, product by product.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};

use super::names::object_id;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder is none of wrangler's.
    #[error("{} is no state folder of wrangler's: there is no folder v3 in it. Give the path of .wrangler/state.", .0.display())]
    NoState(PathBuf),
    /// A file or folder cannot be read.
    #[error("Cannot read {}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A database is not what it should be.
    #[error("Cannot read {}: {error}", path.display())]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// SQLite's words.
        error: rusqlite::Error,
    },
}

impl ImportError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }

    fn sqlite(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Sqlite { path, error }
    }
}

/// A product whose data wrangler keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Workers KV.
    Kv,
    /// D1.
    D1,
    /// R2.
    R2,
}

impl Product {
    fn folder(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::D1 => "d1",
            Self::R2 => "r2",
        }
    }

    /// The name of its Durable Object class, and of the folder of the files.
    fn unique_key(self) -> &'static str {
        match self {
            Self::Kv => "miniflare-KVNamespaceObject",
            Self::D1 => "miniflare-D1DatabaseObject",
            Self::R2 => "miniflare-R2BucketObject",
        }
    }
}

/// A key of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvEntry {
    /// The key.
    pub key: String,
    /// The file that holds the value.
    pub value: PathBuf,
    /// When it expires, in seconds since the Unix epoch.
    pub expiration: Option<u64>,
    /// The metadata, as JSON.
    pub metadata: Option<String>,
}

/// An object of a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct R2Entry {
    /// The key.
    pub key: String,
    /// The files that hold the body, one after the other.
    pub parts: Vec<PathBuf>,
    /// The length of the body in bytes.
    pub size: u64,
    /// The entity tag, without quotes.
    pub etag: String,
    /// When it was put.
    pub uploaded: SystemTime,
    /// Checksums in hexadecimal, by algorithm, as a JSON object.
    pub checksums: String,
    /// `httpMetadata` as a JSON object.
    pub http_metadata: String,
    /// `customMetadata` as a JSON object.
    pub custom_metadata: String,
}

/// A copy of one of the databases, for as long as it is needed.
#[derive(Debug)]
pub struct Snapshot {
    folder: tempfile::TempDir,
}

impl Snapshot {
    /// The copy: a SQLite file.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite")
    }

    fn open(&self) -> Result<Connection, ImportError> {
        let path = self.path();
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(ImportError::sqlite(&path))
    }
}

/// The state that a `wrangler dev` left.
#[derive(Clone, Debug)]
pub struct WranglerState {
    root: PathBuf,
}

impl WranglerState {
    /// The state in a folder: `.wrangler/state`, the folder `.wrangler`, or its `v3`.
    ///
    /// # Errors
    /// [`ImportError::NoState`].
    pub fn find(path: &Path) -> Result<Self, ImportError> {
        let places = [path.join("v3"), path.join("state/v3"), path.to_owned()];
        let is_state = |place: &Path| {
            let products = [Product::Kv, Product::D1, Product::R2];
            products.iter().any(|product| place.join(product.folder()).is_dir())
        };
        let found = places.into_iter().enumerate().find(|(at, place)| match at {
            2 => is_state(place),
            _ => place.is_dir(),
        });
        found.map(|(_, root)| Self { root }).ok_or_else(|| ImportError::NoState(path.to_owned()))
    }

    /// Copies the database of an identifier; nothing if there is none.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn snapshot(&self, product: Product, id: &str) -> Result<Option<Snapshot>, ImportError> {
        let stem = object_id(product.unique_key(), id);
        let file = self.objects(product).join(format!("{stem}.sqlite"));
        if !file.is_file() {
            return Ok(None);
        }
        let folder = tempfile::tempdir().map_err(ImportError::io(&std::env::temp_dir()))?;
        let snapshot = Snapshot { folder };
        let copy = snapshot.path();
        fs::copy(&file, &copy).map_err(ImportError::io(&file))?;
        let log = self.objects(product).join(format!("{stem}.sqlite-wal"));
        if log.is_file() {
            fs::copy(&log, copy.with_extension("sqlite-wal")).map_err(ImportError::io(&log))?;
        }
        Ok(Some(snapshot))
    }

    /// How many databases of a product belong to none of these identifiers.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn unknown(&self, product: Product, known: &BTreeSet<String>) -> Result<usize, ImportError> {
        let folder = self.objects(product);
        if !folder.is_dir() {
            return Ok(0);
        }
        let stems: BTreeSet<String> = known.iter().map(|id| object_id(product.unique_key(), id)).collect();
        let mut unknown = 0;
        for entry in folder.read_dir().map_err(ImportError::io(&folder))? {
            let path = entry.map_err(ImportError::io(&folder))?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_database = path.extension().is_some_and(|extension| extension == "sqlite") && stem != "metadata";
            unknown += usize::from(is_database && !stems.contains(stem.as_ref()));
        }
        Ok(unknown)
    }

    /// The keys of a namespace.
    ///
    /// # Errors
    /// The copy is not what wrangler writes.
    pub fn kv_entries(&self, id: &str, snapshot: &Snapshot) -> Result<Vec<KvEntry>, ImportError> {
        let blobs = self.blobs(Product::Kv, id);
        let connection = snapshot.open()?;
        let read = || -> rusqlite::Result<Vec<KvEntry>> {
            let sql = "SELECT key, blob_id, expiration, metadata FROM _mf_entries ORDER BY key";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map((), |row| {
                Ok(KvEntry {
                    key: row.get(0)?,
                    value: blobs.join(row.get::<_, String>(1)?),
                    // miniflare counts in milliseconds, the API in seconds.
                    expiration: row.get::<_, Option<u64>>(2)?.map(|milliseconds| milliseconds / 1000),
                    metadata: row.get(3)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(ImportError::sqlite(&snapshot.path()))
    }

    /// The objects of a bucket; uploads that were not completed are none.
    ///
    /// # Errors
    /// The copy is not what wrangler writes.
    pub fn r2_entries(&self, id: &str, snapshot: &Snapshot) -> Result<Vec<R2Entry>, ImportError> {
        let blobs = self.blobs(Product::R2, id);
        let connection = snapshot.open()?;
        let read = || -> rusqlite::Result<Vec<R2Entry>> {
            let mut parts: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
            let sql = "SELECT object_key, blob_id FROM _mf_multipart_parts WHERE object_key IS NOT NULL \
                       ORDER BY object_key, part_number";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                parts.entry(row.get(0)?).or_default().push(blobs.join(row.get::<_, String>(1)?));
            }
            let sql = "SELECT key, blob_id, size, etag, uploaded, checksums, http_metadata, custom_metadata \
                       FROM _mf_objects ORDER BY key";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map((), |row| {
                let key: String = row.get(0)?;
                let parts = match row.get::<_, Option<String>>(1)? {
                    Some(blob) => vec![blobs.join(blob)],
                    None => parts.remove(&key).unwrap_or_default(),
                };
                Ok(R2Entry {
                    key,
                    parts,
                    size: row.get(2)?,
                    etag: row.get(3)?,
                    uploaded: UNIX_EPOCH + Duration::from_millis(row.get(4)?),
                    checksums: row.get(5)?,
                    http_metadata: row.get(6)?,
                    custom_metadata: row.get(7)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(ImportError::sqlite(&snapshot.path()))
    }

    fn objects(&self, product: Product) -> PathBuf {
        self.root.join(product.folder()).join(product.unique_key())
    }

    fn blobs(&self, product: Product, id: &str) -> PathBuf {
        self.root.join(product.folder()).join(id).join("blobs")
    }
}
