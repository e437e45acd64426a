//! The ops of objects.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{Json, OpError, op};
use selvedge_runtime::Invocation;
use selvedge_storage::blob::{BlobBucket, GetOptions, ListOptions, Object, PutOptions};
use selvedge_web::fetch::{BodyArgument, BodyResource};

use super::body::{body, content};
use super::convert::{checksum, condition, failed, metadata, range};
use crate::binding::{Binding, Bindings};
use crate::exchange::{connection, count_subrequest};

/// An object with what is given of it: the object, the first byte, how many, and the number of its body.
type FoundParts = (Json<Object>, u64, u64, Option<u32>);

/// A page: the objects, the prefixes, where to go on.
type Page = (Json<Vec<Object>>, Vec<String>, Option<String>);

/// The bucket that an op was called for. Each call counts as a subrequest, as hosted.
pub(super) fn bucket(invocation: &Invocation, binding: &str) -> Result<Arc<dyn BlobBucket>, OpError> {
    let bucket = Bindings::find(invocation, binding, |binding| match binding {
        Binding::R2Bucket(bucket) => Some(bucket.clone()),
        _ => None,
    })?;
    count_subrequest(invocation)?;
    Ok(bucket)
}

/// An object without its body; `null` if there is none.
#[op(async)]
pub(super) fn op_r2_head(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
) -> Result<impl Future<Output = Result<Option<Json<Object>>, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        Ok(bucket.head(&key).await.map_err(failed("head"))?.map(Json))
    })
}

/// An object with its body, which is missing when the condition does not hold; `null` if there is none.
#[op(async)]
pub(super) fn op_r2_get(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    only_if: Option<Vec<String>>,
    range_numbers: Option<Vec<Option<f64>>>,
    range_header: Option<String>,
) -> Result<impl Future<Output = Result<Option<FoundParts>, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    let options = GetOptions { condition: condition(only_if), range: range(range_numbers, range_header) };
    Ok(async move {
        let _connection = connection(&invocation).await;
        let Some(found) = bucket.get(&key, options).await.map_err(failed("get"))? else { return Ok(None) };
        let (offset, length) = found.range;
        let body =
            found.body.map(|stream| invocation.resources().add(BodyResource::new(body(stream, length)))).transpose()?;
        Ok(Some((Json(found.object), offset, length, body)))
    })
}

/// Stores an object; `null` when the condition does not hold.
#[op(async)]
#[allow(clippy::too_many_arguments)]
pub(super) fn op_r2_put(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    value: BodyArgument,
    only_if: Option<Vec<String>>,
    http: Vec<Option<String>>,
    cache_expiry: Option<f64>,
    custom: Vec<String>,
    storage_class: Option<String>,
    algorithm: Option<String>,
    digest: Option<Bytes>,
) -> Result<impl Future<Output = Result<Option<Json<Object>>, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    let content = content(&invocation, value)?;
    let options = PutOptions {
        condition: condition(only_if),
        metadata: metadata(http, cache_expiry, custom, storage_class, "put")?,
        checksum: checksum(algorithm, digest.as_deref()),
    };
    Ok(async move {
        let _connection = connection(&invocation).await;
        Ok(bucket.put(&key, content, options).await.map_err(failed("put"))?.map(Json))
    })
}

/// Deletes objects.
#[op(async)]
pub(super) fn op_r2_delete(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    keys: Vec<String>,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        bucket.delete(keys).await.map_err(failed("delete"))
    })
}

/// Lists objects. `texts`: prefix, cursor, delimiter, the key to start after. `include`: 1 the metadata for HTTP, 2 the
/// caller's.
#[op(async)]
pub(super) fn op_r2_list(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    limit: Option<i32>,
    texts: Vec<Option<String>>,
    include: u32,
) -> Result<impl Future<Output = Result<Page, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    let mut texts = texts.into_iter();
    let mut text = || texts.next().flatten();
    let options = ListOptions {
        // A negative limit is as wrong as none at all.
        limit: limit.map(|limit| u32::try_from(limit).unwrap_or(0)),
        prefix: text().unwrap_or_default(),
        cursor: text(),
        delimiter: text(),
        start_after: text(),
        http_metadata: include & 1 != 0,
        custom_metadata: include & 2 != 0,
    };
    Ok(async move {
        let _connection = connection(&invocation).await;
        let page = bucket.list(options).await.map_err(failed("list"))?;
        Ok((Json(page.objects), page.delimited_prefixes, page.cursor))
    })
}
