//! The ops.

use std::fmt::Write as _;
use std::sync::Arc;

use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::{Invocation, Resources};
use selvedge_storage::kv::{
    KEYS_AT_ONCE, KeyFault, KvEntry, KvError, KvNamespace, KvPage, KvPut, KvQuery, KvRefusal, KvValue,
    VALUES_AT_ONCE_BYTES, check_bulk_key, check_cache_ttl, check_key, check_list, check_metadata, now,
    resolve_expiration,
};
use selvedge_web::fetch::{BodyArgument, BodyResource};
use serde_json::Value as Json;

use super::answer::{Content, KvAnswer, KvText};
use super::value::{of_body, to_body};
use crate::binding::{Binding, Bindings};
use crate::exchange::{connection, count_subrequest};

pub(crate) const OPS: &[OpDecl] = &[op_kv_delete, op_kv_get, op_kv_get_many, op_kv_list, op_kv_peek, op_kv_put];

/// In which form a value is wanted, as `js/kv/kv-namespace.js` says it.
const BYTES: u32 = 1;
const STREAM: u32 = 2;

fn find(invocation: &Invocation, name: &str) -> Result<Arc<dyn KvNamespace>, OpError> {
    Bindings::find(invocation, name, |binding| match binding {
        Binding::KvNamespace(namespace) => Some(namespace.clone()),
        _ => None,
    })
}

/// A failure of hosted's service in its words.
fn failed(method: &str) -> impl Fn(KvError) -> OpError {
    move |error| match error {
        KvError::Refused(refusal) => refused(method)(refusal),
        KvError::Source(error) => OpError::error(error.to_string()),
        KvError::Storage(error) => OpError::error(format!("KV {method} failed: 500 {error}")),
    }
}

fn refused(method: &str) -> impl Fn(KvRefusal) -> OpError {
    move |refusal| OpError::error(format!("KV {method} failed: {refusal}"))
}

fn check(method: &str, key: &str) -> Result<(), OpError> {
    check_key(key).map_err(|fault| match fault {
        KeyFault::Name(text) => OpError::type_error(text),
        KeyFault::Refused(refusal) => refused(method)(refusal),
    })
}

/// Reads from memory, if it is there: `undefined` where it is not. Makes the checks of a read, and counts it.
#[op]
fn op_kv_peek(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    form: u32,
    cache_ttl: Option<i64>,
    with_metadata: bool,
) -> Result<KvAnswer, OpError> {
    check("GET", &key)?;
    cache_ttl.map_or(Ok(()), check_cache_ttl).map_err(refused("GET"))?;
    count_subrequest(&invocation)?;
    match find(&invocation, &binding)?.peek(&key) {
        None => Ok(KvAnswer::Unknown),
        Some(None) => Ok(KvAnswer::Absent),
        Some(Some(KvEntry { value, metadata, .. })) => {
            let content = match value {
                KvValue::Whole(bytes) if form == BYTES => Content::Bytes(bytes),
                KvValue::Whole(bytes) if form != STREAM => Content::Text(KvText(bytes)),
                value => body(invocation.resources(), value)?,
            };
            Ok(if with_metadata { KvAnswer::WithMetadata(content, metadata) } else { KvAnswer::Value(content) })
        }
    }
}

fn body(resources: Resources<'_>, value: KvValue) -> Result<Content, OpError> {
    Ok(Content::Body(resources.add(BodyResource::new(to_body(value)))?))
}

/// Reads a key that memory did not have.
#[op(async)]
fn op_kv_get(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    form: u32,
    with_metadata: bool,
) -> Result<impl Future<Output = Result<KvAnswer, OpError>> + use<>, OpError> {
    let read = find(&invocation, &binding)?.get(key);
    Ok(async move {
        let _connection = connection(&invocation).await;
        let Some(KvEntry { value, metadata, .. }) = read.await.map_err(failed("GET"))? else {
            return Ok(KvAnswer::Absent);
        };
        let content = match form {
            STREAM => body(invocation.resources(), value)?,
            BYTES => Content::Bytes(value.collect().await.map_err(failed("GET"))?),
            _ => Content::Text(KvText(value.collect().await.map_err(failed("GET"))?)),
        };
        Ok(if with_metadata { KvAnswer::WithMetadata(content, metadata) } else { KvAnswer::Value(content) })
    })
}

fn check_many(keys: &[String], kind: &str, cache_ttl: Option<i64>) -> Result<(), KvRefusal> {
    if !matches!(kind, "" | "text" | "json") {
        return Err(KvRefusal::new(400, format!("\"{kind}\" is not a valid type. Use \"json\" or \"text\"")));
    }
    if keys.len() > KEYS_AT_ONCE {
        return Err(KvRefusal::new(400, format!("You can request a maximum of {KEYS_AT_ONCE} keys")));
    }
    if keys.is_empty() {
        return Err(KvRefusal::new(400, "You must request a minimum of 1 key"));
    }
    for key in keys {
        check_bulk_key(key)?;
    }
    cache_ttl.map_or(Ok(()), check_cache_ttl)
}

/// Reads several keys: for each its value as text, and its metadata as JSON.
#[op(async)]
fn op_kv_get_many(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    keys: Vec<String>,
    kind: String,
    cache_ttl: Option<i64>,
) -> Result<impl Future<Output = Result<Vec<Option<KvText>>, OpError>> + use<>, OpError> {
    check_many(&keys, &kind, cache_ttl).map_err(refused("GET_BULK"))?;
    count_subrequest(&invocation)?;
    let namespace = find(&invocation, &binding)?;
    Ok(async move {
        let _connection = connection(&invocation).await;
        let mut found = Vec::with_capacity(2 * keys.len());
        let mut bytes = 0;
        for key in keys {
            let Some(entry) = namespace.clone().get(key).await.map_err(failed("GET_BULK"))? else {
                found.extend([None, None]);
                continue;
            };
            bytes += match &entry.value {
                KvValue::Whole(value) => value.len() as u64,
                KvValue::Stream(stream) => stream.length.unwrap_or(0),
            };
            if bytes > VALUES_AT_ONCE_BYTES {
                let limit = VALUES_AT_ONCE_BYTES >> 20;
                let refusal = KvRefusal::new(413, format!("Total size of request exceeds the limit of {limit}MB"));
                return Err(refused("GET_BULK")(refusal));
            }
            found.push(Some(KvText(entry.value.collect().await.map_err(failed("GET_BULK"))?)));
            found.push(entry.metadata.map(|metadata| KvText(metadata.as_bytes().to_vec().into())));
        }
        Ok(found)
    })
}

/// Writes a key.
#[op(async)]
fn op_kv_put(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    body: BodyArgument,
    expiration: Option<i64>,
    expiration_ttl: Option<i64>,
    metadata: Option<String>,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    check("PUT", &key)?;
    count_subrequest(&invocation)?;
    let namespace = find(&invocation, &binding)?;
    let expiration = resolve_expiration(now(), expiration, expiration_ttl).map_err(refused("PUT"))?;
    metadata.as_deref().map_or(Ok(()), check_metadata).map_err(refused("PUT"))?;
    let value = of_body(body.into_body(invocation.resources())?);
    let write = namespace.put(key, value, KvPut { expiration, metadata });
    Ok(async move {
        let _connection = connection(&invocation).await;
        write.await.map_err(failed("PUT"))
    })
}

/// Deletes a key.
#[op(async)]
fn op_kv_delete(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    check("DELETE", &key)?;
    count_subrequest(&invocation)?;
    let write = find(&invocation, &binding)?.delete(vec![key]);
    Ok(async move {
        let _connection = connection(&invocation).await;
        write.await.map_err(failed("DELETE"))
    })
}

/// Lists keys: the JSON that `list()` resolves with.
#[op(async)]
fn op_kv_list(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    limit: Option<i64>,
    prefix: String,
    cursor: Option<String>,
) -> Result<impl Future<Output = Result<String, OpError>> + use<>, OpError> {
    let limit = check_list(limit, &prefix).map_err(refused("GET"))?;
    count_subrequest(&invocation)?;
    let read = find(&invocation, &binding)?.list(KvQuery { prefix, limit, cursor });
    Ok(async move {
        let _connection = connection(&invocation).await;
        read.await.map(|page| to_json(&page)).map_err(failed("GET"))
    })
}

fn to_json(page: &KvPage) -> String {
    let mut json = String::from("{\"keys\":[");
    for (place, key) in page.keys.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(json, "{comma}{{\"name\":{}", Json::from(key.name.as_str()));
        if let Some(expiration) = key.expiration {
            let _ = write!(json, ",\"expiration\":{expiration}");
        }
        if let Some(metadata) = &key.metadata {
            let _ = write!(json, ",\"metadata\":{metadata}");
        }
        json.push('}');
    }
    let _ = write!(json, "],\"list_complete\":{}", page.cursor.is_none());
    if let Some(cursor) = &page.cursor {
        let _ = write!(json, ",\"cursor\":{}", Json::from(cursor.as_str()));
    }
    json.push_str(",\"cacheStatus\":null}");
    json
}
