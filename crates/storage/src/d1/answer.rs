//! Rows, packed: a result is a handful of allocations, however many cells it has.

use std::ops::Range;

use rusqlite::Statement;
use rusqlite::types::ValueRef;

use super::SqlError;

/// The most bytes of one result. Hosted ends a database that needs more memory than that.
const MOST: usize = 128 << 20;

/// The bytes of a cell's text and of its column's name: a guess that spares a small result most growing.
const TYPICAL: usize = 32;

/// A value, or where in the result its bytes are.
#[derive(Clone, Debug, PartialEq)]
enum Packed {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// A value in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'rows> {
    /// `NULL`
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A double.
    Real(f64),
    /// A string; bytes that were not UTF-8 were replaced.
    Text(&'rows str),
    /// Bytes.
    Blob(&'rows [u8]),
}

/// The rows of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    columns: Vec<Range<usize>>,
    cells: Vec<Packed>,
    text: String,
    bytes: Vec<u8>,
    count: usize,
}

impl Rows {
    /// Runs a statement, its parameters bound, to its end.
    pub(super) fn of(statement: &mut Statement<'_>) -> Result<Self, SqlError> {
        let mut rows = Self::default();
        let mut cursor = statement.raw_query();
        while let Some(row) = cursor.next()? {
            // Not known before the first step, which may prepare the statement anew after a change of the schema.
            let width = row.as_ref().column_count();
            if rows.count == 0 {
                rows.cells.reserve(width);
                rows.text.reserve(width * TYPICAL);
            }
            for column in 0..width {
                rows.push(row.get_ref(column)?);
            }
            rows.count += 1;
            if rows.text.len() + rows.bytes.len() + rows.cells.len() * size_of::<Packed>() > MOST {
                return Err(SqlError::Refused("D1 DB's isolate exceeded its memory limit and was reset.".into()));
            }
        }
        drop(cursor);
        rows.columns.reserve_exact(statement.column_count());
        for column in 0..statement.column_count() {
            let name = rows.pack(statement.column_name(column)?);
            rows.columns.push(name);
        }
        Ok(rows)
    }

    fn pack(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn push(&mut self, value: ValueRef<'_>) {
        let packed = match value {
            ValueRef::Null => Packed::Null,
            ValueRef::Integer(value) => Packed::Integer(value),
            ValueRef::Real(value) => Packed::Real(value),
            ValueRef::Text(text) => Packed::Text(match std::str::from_utf8(text) {
                Ok(text) => self.pack(text),
                Err(_) => self.pack(&String::from_utf8_lossy(text)),
            }),
            ValueRef::Blob(bytes) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(bytes);
                Packed::Blob(start..self.bytes.len())
            }
        };
        self.cells.push(packed);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|name| &self.text[name.clone()])
    }

    /// All cells, row by row.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'_>> {
        self.cells.iter().map(|cell| match cell {
            Packed::Null => Cell::Null,
            Packed::Integer(value) => Cell::Integer(*value),
            Packed::Real(value) => Cell::Real(*value),
            Packed::Text(range) => Cell::Text(&self.text[range.clone()]),
            Packed::Blob(range) => Cell::Blob(&self.bytes[range.clone()]),
        })
    }
}
