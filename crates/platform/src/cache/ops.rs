//! The ops behind `caches`. `cache` is the name of the cache, `null` for `caches.default`; `key` is what `js/cache`
//! makes of a request.

use std::sync::Arc;

use http_body_util::BodyExt;
use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::Invocation;
use selvedge_storage::StorageError;
use selvedge_storage::cache::semantics::{Keep, keep};
use selvedge_web::fetch::{
    BodyError, ContentCoding, ContentType, ResponseParts, TakenBody, headers_from_flat, response_parts,
};

use super::WorkerCache;
use super::answer::{from_entry, now};
use crate::exchange::{connection, count_subrequest};
use crate::ops::response;

pub(crate) const OPS: &[OpDecl] = &[op_cache_delete, op_cache_match, op_cache_put];

/// The Worker's caches. Each use of them counts as a subrequest, as on hosted.
fn caches(invocation: &Invocation) -> Result<Arc<WorkerCache>, OpError> {
    let caches = invocation.instance().extension::<WorkerCache>();
    let caches = caches.ok_or_else(|| OpError::error("The Cache API is not available: this server keeps no cache."))?;
    count_subrequest(invocation)?;
    Ok(caches)
}

fn failed(error: StorageError) -> OpError {
    OpError::error(format!("The cache cannot be used. {error}"))
}

/// The fresh response that is kept, as it answers a request with these headers; `null` if there is none.
#[op(async)]
fn op_cache_match(
    #[context] invocation: Arc<Invocation>,
    cache: Option<String>,
    key: String,
    headers: Vec<String>,
) -> Result<impl Future<Output = Result<Option<ResponseParts>, OpError>> + use<>, OpError> {
    let caches = caches(&invocation)?;
    let headers = headers_from_flat(&headers)?;
    let found = caches.cache.get(caches.key(cache.as_deref(), &key));
    Ok(async move {
        let _connection = connection(&invocation).await;
        let found = match found.await {
            Ok(found) => found,
            // A mistake of whoever started two servers, to be seen at once.
            Err(error @ StorageError::InUse { .. }) => return Err(failed(error)),
            // A Worker goes on without what a cache might have saved it.
            Err(error) => {
                tracing::warn!(%error, "the cache cannot be used");
                None
            }
        };
        let entry = found.filter(|entry| entry.head.is_fresh(now()));
        let Some(entry) = entry else { return Ok(None) };
        let (response, has_body) = from_entry(&headers, entry, "HIT");
        let coding = ContentCoding::of(response.headers());
        response_parts(&invocation, response, coding, !has_body, String::new(), false).map(Some)
    })
}

/// Keeps a response, if it may be kept. Settles when it is kept or when it is clear that it will not be.
#[op(async)]
#[allow(clippy::too_many_arguments)]
fn op_cache_put(
    #[context] invocation: Arc<Invocation>,
    cache: Option<String>,
    key: String,
    request: Vec<String>,
    status: u16,
    headers: Option<Vec<String>>,
    content_type: Option<ContentType>,
    body: TakenBody,
    encode: bool,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let caches = caches(&invocation)?;
    let request = headers_from_flat(&request)?;
    let (head, mut body) = (*response(&invocation, status, headers, content_type, body.0, encode)?).into_parts();
    let kept = keep(&request, head.status, &head.headers, now());
    let key = caches.key(cache.as_deref(), &key);
    Ok(async move {
        // A body that is not kept is let go of unread: read to its end it would pile up in the other branch of a tee.
        let Keep::Yes(head) = kept else { return Ok(()) };
        let _connection = connection(&invocation).await;
        let mut writer = caches.cache.put(key, head, body.length()).await.map_err(failed)?;
        while let Some(frame) = body.frame().await {
            let frame = match frame.map_err(BodyError::from) {
                Ok(frame) => frame,
                // As on hosted: a cache promises nothing, also when the origin breaks off.
                Err(BodyError::Disconnected | BodyError::Transport(_)) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            if let Ok(chunk) = frame.into_data()
                && !writer.write(chunk).await.map_err(failed)?
            {
                return Ok(());
            }
        }
        writer.commit().await.map(drop).map_err(failed)
    })
}

/// Drops a response. Whether there was a fresh one.
#[op(async)]
fn op_cache_delete(
    #[context] invocation: Arc<Invocation>,
    cache: Option<String>,
    key: String,
) -> Result<impl Future<Output = Result<bool, OpError>> + use<>, OpError> {
    let caches = caches(&invocation)?;
    let deleted = caches.cache.delete(caches.key(cache.as_deref(), &key), now());
    Ok(async move {
        let _connection = connection(&invocation).await;
        deleted.await.map_err(failed)
    })
}
