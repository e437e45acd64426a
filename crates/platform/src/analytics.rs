//! Analytics Engine's datasets
//! (<https://developers.cloudflare.com/analytics/analytics-engine/get-started/>): limits and their texts as hosted.

use std::sync::Arc;

use selvedge_ops::{BufferRef, FromV8, OpDecl, OpError, op, v8};
use selvedge_runtime::Invocation;
use selvedge_storage::analytics::{DataPoint, FIELDS, Field};

use crate::binding::{Binding, Bindings};
use crate::exchange::Exchange;

pub(crate) const OPS: &[OpDecl] = &[op_analytics_write];

/// The most indexes of a data point.
const INDEXES: usize = 1;

/// The most bytes of an index.
const INDEX_BYTES: usize = 96;

/// The most bytes of all blobs of a data point together.
const BLOB_BYTES: usize = 16 << 10;

/// An index or a blob.
struct AnalyticsField(Field);

impl<'s> FromV8<'s> for AnalyticsField {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_null_or_undefined() {
            return Ok(Self(Field::Absent));
        }
        if value.is_string() {
            return String::from_v8(scope, value).map(|text| Self(Field::Text(text)));
        }
        Ok(Self(Field::Bytes(BufferRef::from_v8(scope, value)?.to_vec())))
    }
}

/// Gives a data point to the dataset that the binding of this name stands for. It is written later.
#[op]
fn op_analytics_write(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    indexes: Vec<AnalyticsField>,
    blobs: Vec<AnalyticsField>,
    doubles: Vec<f64>,
) -> Result<(), OpError> {
    let dataset = Bindings::find(&invocation, &binding, |binding| match binding {
        Binding::Analytics(dataset) => Some(dataset.clone()),
        _ => None,
    })?;
    if let Some(exchange) = invocation.extension_ref::<Exchange>() {
        exchange.count_data_point()?;
    }
    let fields = |fields: Vec<AnalyticsField>| fields.into_iter().map(|field| field.0).collect();
    let seconds = invocation.instance().now() / 1000.0;
    dataset.write(data_point(seconds as i64, fields(indexes), fields(blobs), doubles)?);
    Ok(())
}

fn data_point(timestamp: i64, indexes: Vec<Field>, blobs: Vec<Field>, doubles: Vec<f64>) -> Result<DataPoint, OpError> {
    let refuse = |what: String| Err(OpError::type_error(format!("writeDataPoint(): {what}")));
    if indexes.len() > INDEXES {
        return refuse(format!("Maximum of {INDEXES} indexes supported."));
    }
    let index = indexes.into_iter().next().unwrap_or_default();
    if index.as_bytes().len() > INDEX_BYTES {
        return refuse(format!("Size of indexes[0] exceeds {INDEX_BYTES} bytes)."));
    }
    if blobs.len() > FIELDS {
        return refuse(format!("Maximum of {FIELDS} blobs supported."));
    }
    if blobs.iter().map(|blob| blob.as_bytes().len()).sum::<usize>() > BLOB_BYTES {
        return refuse(format!("Cumulative size of blobs exceeds {BLOB_BYTES} bytes)."));
    }
    if doubles.len() > FIELDS {
        return refuse(format!("Maximum of {FIELDS} doubles supported."));
    }
    Ok(DataPoint { timestamp, index, blobs, doubles })
}
