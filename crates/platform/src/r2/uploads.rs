//! The ops of uploads in parts.

use std::sync::Arc;

use selvedge_ops::{Json, OpError, op};
use selvedge_runtime::Invocation;
use selvedge_storage::blob::{Object, UploadedPart};
use selvedge_web::fetch::BodyArgument;

use super::body::content;
use super::convert::{failed, metadata};
use super::ops::bucket;
use crate::exchange::connection;

/// Begins an upload: its identifier.
#[op(async)]
pub(super) fn op_r2_create_upload(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    http: Vec<Option<String>>,
    cache_expiry: Option<f64>,
    custom: Vec<String>,
    storage_class: Option<String>,
) -> Result<impl Future<Output = Result<String, OpError>> + use<>, OpError> {
    const ACTION: &str = "createMultipartUpload";
    let bucket = bucket(&invocation, &binding)?;
    let metadata = metadata(http, cache_expiry, custom, storage_class, ACTION)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        bucket.create_upload(&key, metadata).await.map_err(failed(ACTION))
    })
}

/// Stores a part: its etag.
#[op(async)]
pub(super) fn op_r2_upload_part(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    upload: String,
    number: u32,
    value: BodyArgument,
) -> Result<impl Future<Output = Result<String, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    let content = content(&invocation, value)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        let part = bucket.upload_part(&key, &upload, number, content).await;
        Ok(part.map_err(failed("uploadPart"))?.etag)
    })
}

/// Makes an object of parts: their numbers, and their etags.
#[op(async)]
pub(super) fn op_r2_complete_upload(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    upload: String,
    numbers: Vec<u32>,
    etags: Vec<String>,
) -> Result<impl Future<Output = Result<Json<Object>, OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    let parts = numbers.into_iter().zip(etags).map(|(number, etag)| UploadedPart { number, etag }).collect();
    Ok(async move {
        let _connection = connection(&invocation).await;
        let object = bucket.complete_upload(&key, &upload, parts).await;
        object.map(Json).map_err(failed("completeMultipartUpload"))
    })
}

/// Gives an upload up.
#[op(async)]
pub(super) fn op_r2_abort_upload(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    upload: String,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let bucket = bucket(&invocation, &binding)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        bucket.abort_upload(&key, &upload).await.map_err(failed("abortMultipartUpload"))
    })
}
