//! Rows as JSON and as text.

use selvedge_storage::d1::{Answer, Cell, Meta, Rows};
use serde_json::{Map, Value, json};

/// The rows of an answer as objects.
pub(super) fn objects(rows: &Rows) -> Vec<Value> {
    let names: Vec<&str> = rows.columns().collect();
    let cells: Vec<Cell<'_>> = rows.cells().collect();
    let object = |row: &[Cell<'_>]| {
        let pairs = names.iter().zip(row).map(|(&name, &cell)| (name.to_owned(), value(cell)));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    if names.is_empty() { Vec::new() } else { cells.chunks_exact(names.len()).map(object).collect() }
}

/// The rows of an answer as texts.
pub(super) fn texts(rows: &Rows) -> Vec<Vec<String>> {
    let width = rows.columns().len();
    let cells: Vec<String> = rows.cells().map(text).collect();
    if width == 0 { Vec::new() } else { cells.chunks_exact(width).map(<[String]>::to_vec).collect() }
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
        Cell::Text(text) => text.into(),
        Cell::Blob(bytes) => bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(","),
    }
}

/// A cell as a Worker would see it, but for large integers, which keep their digits.
fn value(cell: Cell<'_>) -> Value {
    /// Beyond it a double may stand for several integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(value) => json!(value),
        Cell::Real(value) if value.fract() == 0.0 && value.abs() < EXACT => json!(value as i64),
        Cell::Real(value) => json!(value),
        Cell::Text(text) => json!(text),
        Cell::Blob(bytes) => json!(bytes),
    }
}

/// An answer as wrangler prints it.
pub(super) fn answer(answer: &Answer) -> Value {
    json!({ "results": objects(&answer.rows), "success": true, "meta": meta(&answer.meta) })
}

fn meta(meta: &Meta) -> Value {
    json!({
        "duration": meta.duration.as_secs_f64() * 1000.0,
        "changes": meta.changes,
        "last_row_id": meta.last_row_id,
        "changed_db": meta.changed_db,
        "size_after": meta.size_after,
        "rows_read": meta.rows_read,
        "rows_written": meta.rows_written,
    })
}
