//! One data point.

use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

/// How many blobs a point has, and how many doubles.
pub const FIELDS: usize = 20;

/// What a point weighs besides its fields' bytes.
const OVERHEAD: usize = 256;

/// An index or a blob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// Nothing was given: an empty string, as hosted.
    #[default]
    Absent,
    /// Text.
    Text(String),
    /// Bytes; text if they are UTF-8.
    Bytes(Vec<u8>),
}

impl Field {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Absent => &[],
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl ToSql for Field {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bytes = self.as_bytes();
        let is_text = std::str::from_utf8(bytes).is_ok();
        Ok(ToSqlOutput::Borrowed(if is_text { ValueRef::Text(bytes) } else { ValueRef::Blob(bytes) }))
    }
}

/// One data point, within its limits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataPoint {
    /// When it was written, in seconds since the Unix epoch.
    pub timestamp: i64,
    /// The sampling key.
    pub index: Field,
    /// `blob1` and those after it; no more than [`FIELDS`] of them are kept.
    pub blobs: Vec<Field>,
    /// `double1` and those after it; no more than [`FIELDS`] of them are kept.
    pub doubles: Vec<f64>,
}

/// `INSERT INTO data_points (...) VALUES (...)`: time, dataset, index, blobs, doubles.
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names = |kind: &str| (1..=FIELDS).map(|n| format!("{kind}{n}")).collect::<Vec<_>>().join(", ");
    let values = vec!["?"; 2 * FIELDS].join(", ");
    format!(
        "INSERT INTO data_points (timestamp, dataset, index1, {}, {}) VALUES (datetime(?, 'unixepoch'), ?, ?, {values})",
        names("blob"),
        names("double")
    )
});

impl DataPoint {
    /// About how many bytes it takes in memory.
    pub(super) fn weight(&self) -> usize {
        let blobs = self.blobs.iter().map(|blob| size_of::<Field>() + blob.as_bytes().len());
        OVERHEAD + self.index.as_bytes().len() + blobs.sum::<usize>() + size_of_val(self.doubles.as_slice())
    }

    /// Writes it.
    pub(super) fn insert(&self, connection: &Connection, dataset: &str) -> rusqlite::Result<()> {
        let absent = (Field::Absent, 0.0);
        let mut values: Vec<&dyn ToSql> = Vec::with_capacity(3 + 2 * FIELDS);
        values.extend([&self.timestamp as &dyn ToSql, &dataset, &self.index]);
        values.extend((0..FIELDS).map(|n| self.blobs.get(n).unwrap_or(&absent.0) as &dyn ToSql));
        values.extend((0..FIELDS).map(|n| self.doubles.get(n).unwrap_or(&absent.1) as &dyn ToSql));
        connection.prepare_cached(&INSERT)?.execute(values.as_slice()).map(drop)
    }
}
