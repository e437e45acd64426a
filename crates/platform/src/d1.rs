//! D1 databases: queries in, rows out.
//!
//! An answer crosses once, as arrays: the names of the columns and all cells in one row of them. Objects are made by
//! JavaScript (`js/d1/results.js`), where V8 gives all rows of a result one shape.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{BufferRef, FromV8, IntoV8, OpDecl, OpError, op, v8};
use selvedge_runtime::Invocation;
use selvedge_storage::d1::{Answer, Bookmark, Cell, Query, Rows, SqlDatabase, Value};

use crate::binding::{Binding, Bindings};
use crate::exchange::count_subrequest;

pub(crate) const OPS: &[OpDecl] = &[op_d1_batch, op_d1_dump, op_d1_query];

/// The values of a statement's parameters.
struct D1Values(Vec<Value>);

impl<'s> FromV8<'s> for D1Values {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        Vec::<D1Value>::from_v8(scope, value).map(|values| Self(values.into_iter().map(|value| value.0).collect()))
    }
}

struct D1Value(Value);

impl<'s> FromV8<'s> for D1Value {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_null() {
            return Ok(Self(Value::Null));
        }
        if value.is_number() {
            let number = f64::from_v8(scope, value)?;
            // Hosted sends numbers as JSON, which has no others; all of them are doubles to SQLite there.
            return Ok(Self(if number.is_finite() { Value::Real(number + 0.0) } else { Value::Null }));
        }
        if value.is_string() {
            return String::from_v8(scope, value).map(|text| Self(Value::Text(text)));
        }
        Ok(Self(Value::Blob(BufferRef::from_v8(scope, value)?.to_vec())))
    }
}

/// What a query or batch came to: `[failure, place, answers, bookmark]`.
struct D1Reply {
    /// The error's text and the place of the query that has it, or one answer for each query.
    answers: Result<Vec<Answer>, (String, u32)>,
    /// The session's position afterwards.
    bookmark: Option<String>,
}

impl<'s> IntoV8<'s> for D1Reply {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let (failure, place, answers) = match self.answers {
            Ok(answers) => (None, 0, answers),
            Err((failure, place)) => (Some(failure), place, Vec::new()),
        };
        let answers: Vec<_> = answers.into_iter().map(D1Answer).collect();
        (failure, place, answers, self.bookmark).into_v8(scope)
    }
}

/// `[columns, cells, figures]`
struct D1Answer(Answer);

impl<'s> IntoV8<'s> for D1Answer {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let Answer { rows, meta } = self.0;
        let columns = columns(scope, &rows)?;
        let cells = cells(scope, &rows)?;
        let figures = vec![
            meta.duration.as_secs_f64() * 1000.0,
            meta.changes as f64,
            meta.last_row_id as f64,
            f64::from(u8::from(meta.changed_db)),
            meta.size_after as f64,
            meta.rows_read as f64,
            meta.rows_written as f64,
        ];
        let figures = figures.into_v8(scope)?;
        Ok(v8::Array::new_with_elements(scope, &[columns, cells, figures]).into())
    }
}

fn columns<'s>(scope: &mut v8::PinScope<'s, '_>, rows: &Rows) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let names = rows.columns().map(|name| name.into_v8(scope)).collect::<Result<Vec<_>, _>>()?;
    Ok(v8::Array::new_with_elements(scope, &names).into())
}

fn cells<'s>(scope: &mut v8::PinScope<'s, '_>, rows: &Rows) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let null: v8::Local<'s, v8::Value> = v8::null(scope).into();
    let cell = |cell| -> Result<v8::Local<'s, v8::Value>, OpError> {
        match cell {
            Cell::Null => Ok(null),
            // Beyond 2^53 the nearest double, as hosted.
            Cell::Integer(value) => (value as f64).into_v8(scope),
            Cell::Real(value) if value.is_finite() => value.into_v8(scope),
            Cell::Real(_) => Ok(null),
            Cell::Text(text) => text.into_v8(scope),
            Cell::Blob(bytes) => Ok(numbers(scope, bytes)),
        }
    };
    let cells = rows.cells().map(cell).collect::<Result<Vec<_>, _>>()?;
    Ok(v8::Array::new_with_elements(scope, &cells).into())
}

/// A blob comes back as an array of numbers, as hosted.
fn numbers<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: &[u8]) -> v8::Local<'s, v8::Value> {
    let mut known: [Option<v8::Local<'s, v8::Value>>; 256] = [None; 256];
    let mut number =
        |byte: u8| *known[usize::from(byte)].get_or_insert_with(|| v8::Integer::new(scope, i32::from(byte)).into());
    let numbers: Vec<_> = bytes.iter().map(|&byte| number(byte)).collect();
    v8::Array::new_with_elements(scope, &numbers).into()
}

/// The database of a binding; asking it is a subrequest.
fn database(invocation: &Invocation, binding: &str) -> Result<Arc<dyn SqlDatabase>, OpError> {
    let database = Bindings::find(invocation, binding, |binding| match binding {
        Binding::D1(database) => Some(database.clone()),
        _ => None,
    })?;
    count_subrequest(invocation)?;
    Ok(database)
}

/// Waits for nothing: there is one copy of a database, so what it does not have now it will never have.
async fn reach(database: &dyn SqlDatabase, session: Option<&str>) -> Result<(), String> {
    let text = session.unwrap_or_default();
    if text.is_empty() {
        return Ok(());
    }
    let bookmark: Bookmark = text.parse().map_err(|_| "D1_SESSION_ERROR: invalid bookmark or constraint".to_owned())?;
    let newest = database.bookmark().await.map_err(|error| error.to_string())?;
    if (bookmark.log, bookmark.frame) > (newest.log, newest.frame) {
        return Err(format!("D1_SESSION_ERROR: the bookmark {bookmark} is ahead of this database ({newest})"));
    }
    Ok(())
}

/// The position after what a session did; nothing where there is no session.
async fn position(database: &dyn SqlDatabase, session: Option<&str>) -> Option<String> {
    session?;
    database.bookmark().await.ok().map(|bookmark| bookmark.to_string())
}

/// Runs one query. `session` is null outside of a session, and else its bookmark, or empty if it has none yet.
#[op(async)]
fn op_d1_query(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    sql: String,
    params: D1Values,
    session: Option<String>,
) -> Result<impl Future<Output = D1Reply> + use<>, OpError> {
    let database = database(&invocation, &binding)?;
    Ok(async move {
        let session = session.as_deref();
        if let Err(failure) = reach(&*database, session).await {
            return D1Reply { answers: Err((failure, 0)), bookmark: None };
        }
        let answer = database.query(Query { sql, params: params.0 }).await;
        let answers = answer.map(|answer| vec![answer]).map_err(|error| (error.to_string(), 0));
        D1Reply { answers, bookmark: position(&*database, session).await }
    })
}

/// Runs queries in one transaction.
#[op(async)]
fn op_d1_batch(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    sql: Vec<String>,
    params: Vec<D1Values>,
    session: Option<String>,
) -> Result<impl Future<Output = D1Reply> + use<>, OpError> {
    let database = database(&invocation, &binding)?;
    Ok(async move {
        let session = session.as_deref();
        if let Err(failure) = reach(&*database, session).await {
            return D1Reply { answers: Err((failure, 0)), bookmark: None };
        }
        let queries = sql.into_iter().zip(params).map(|(sql, params)| Query { sql, params: params.0 }).collect();
        let answers = database.batch(queries).await;
        let answers = answers.map_err(|failure| (failure.to_string(), failure.place.unwrap_or(0) as u32));
        D1Reply { answers, bookmark: position(&*database, session).await }
    })
}

/// The bytes of a database.
#[op(async)]
fn op_d1_dump(
    #[context] invocation: Arc<Invocation>,
    binding: String,
) -> Result<impl Future<Output = Result<Bytes, OpError>> + use<>, OpError> {
    let database = database(&invocation, &binding)?;
    Ok(async move { database.dump().await.map(Bytes::from).map_err(|error| OpError::error(error.to_string())) })
}
