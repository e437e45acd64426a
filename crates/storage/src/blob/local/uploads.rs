//! Uploads in parts (<https://developers.cloudflare.com/r2/objects/upload-objects/#multipart-upload>).

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::files::Discarded;
use super::index::{NewObject, now, replace, size, to_json};
use crate::blob::hash::{hex, multipart_etag};
use crate::blob::{BlobError, Checksums, Metadata, Object, PART_BYTES, StorageClass, UploadedPart};

/// How long an upload may take, in milliseconds: seven days, as hosted.
const LIFETIME: i64 = 7 * 24 * 60 * 60 * 1000;

/// A part as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its place.
    pub(super) number: u32,
    /// Its body, if it has any bytes.
    pub(super) blob: Option<String>,
    /// Its length.
    pub(super) size: u64,
    /// Its MD5, which in hexadecimal is its etag.
    pub(super) md5: Vec<u8>,
}

/// Begins an upload.
pub(super) fn create(connection: &Connection, id: &str, key: &str, metadata: &Metadata) -> Result<(), BlobError> {
    let class = metadata.storage_class.map(StorageClass::name);
    connection.prepare_cached("INSERT INTO uploads VALUES (?1, ?2, ?3, TRUE, ?4, ?5, ?6)")?.execute(params![
        id,
        key,
        now(),
        class,
        to_json(&metadata.http),
        to_json(&metadata.custom)
    ])?;
    Ok(())
}

/// Whether an upload is open; nothing if there never was one.
pub(super) fn is_open(connection: &Connection, id: &str, key: &str) -> Result<Option<bool>, BlobError> {
    let mut statement = connection.prepare_cached("SELECT open FROM uploads WHERE id = ?1 AND key = ?2")?;
    Ok(statement.query_row([id, key], |row| row.get(0)).optional()?)
}

/// Adds a part, in place of one that had its number; what that leaves.
pub(super) fn add_part(
    connection: &Connection,
    id: &str,
    key: &str,
    part: &Part,
) -> Result<Option<Discarded>, BlobError> {
    if is_open(connection, id, key)? != Some(true) {
        return Err(BlobError::NoSuchUpload);
    }
    let mut statement =
        connection.prepare_cached("DELETE FROM parts WHERE upload = ?1 AND number = ?2 RETURNING blob")?;
    let replaced = statement.query_row(params![id, part.number], |row| row.get::<_, Option<String>>(0)).optional()?;
    connection.prepare_cached("INSERT INTO parts VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        id,
        part.number,
        part.blob,
        part.size.cast_signed(),
        part.md5
    ])?;
    Ok(replaced.flatten().map(unread))
}

/// A body that nobody can be reading.
fn unread(blob: String) -> Discarded {
    Discarded { version: String::new(), blobs: vec![blob] }
}

/// Takes all parts of an upload out of the index.
fn take_parts(connection: &Connection, id: &str) -> Result<Vec<Part>, BlobError> {
    let mut statement =
        connection.prepare_cached("DELETE FROM parts WHERE upload = ?1 RETURNING number, blob, size, md5")?;
    let rows = statement.query_map([id], |row| {
        Ok(Part { number: row.get(0)?, blob: row.get(1)?, size: size(row, 2)?, md5: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn close(connection: &Connection, id: &str) -> Result<(), BlobError> {
    connection.prepare_cached("UPDATE uploads SET open = FALSE WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Makes an object of parts; what that leaves.
pub(super) fn complete(
    connection: &Connection,
    id: &str,
    key: &str,
    version: &str,
    chosen: &[UploadedPart],
) -> Result<(Object, Vec<Discarded>), BlobError> {
    match is_open(connection, id, key)? {
        Some(true) => {}
        Some(false) => return Err(BlobError::NoSuchUpload),
        None => return Err(BlobError::Internal),
    }
    let mut uploaded: HashMap<u32, Part> =
        take_parts(connection, id)?.into_iter().map(|part| (part.number, part)).collect();
    let parts = choose(&mut uploaded, chosen)?;
    let bodies: Vec<_> = parts.iter().filter_map(|part| Some((part.blob.clone()?, part.size))).collect();
    let new = NewObject {
        key,
        version,
        size: parts.iter().map(|part| part.size).sum(),
        etag: &multipart_etag(parts.iter().map(|part| part.md5.as_slice())),
        checksums: &Checksums::default(),
        metadata: &metadata(connection, id)?,
        bodies: &bodies,
    };
    let (object, replaced) = replace(connection, &new)?;
    close(connection, id)?;
    let unused = uploaded.into_values().filter_map(|part| part.blob).map(unread);
    Ok((object, unused.chain(replaced).collect()))
}

/// Takes the chosen parts, if they make an object, in their order.
fn choose(uploaded: &mut HashMap<u32, Part>, chosen: &[UploadedPart]) -> Result<Vec<Part>, BlobError> {
    let mut numbers = HashSet::new();
    if !chosen.iter().all(|part| numbers.insert(part.number)) {
        return Err(BlobError::Internal);
    }
    let mut parts = Vec::with_capacity(chosen.len());
    for UploadedPart { number, etag } in chosen {
        let part = uploaded.remove(number).filter(|part| hex(&part.md5) == *etag);
        parts.push(part.ok_or(BlobError::InvalidPart)?);
    }
    // As it was chosen, the last one may be small.
    if parts.iter().rev().skip(1).any(|part| part.size < PART_BYTES) {
        return Err(BlobError::EntityTooSmall);
    }
    parts.sort_by_key(|part| part.number);
    if let [first, .., last] = parts.as_slice() {
        let uniform = parts.iter().rev().skip(1).all(|part| part.size == first.size && part.size >= PART_BYTES);
        if !uniform || last.size > first.size {
            return Err(BlobError::BadUpload);
        }
    }
    Ok(parts)
}

fn metadata(connection: &Connection, id: &str) -> Result<Metadata, BlobError> {
    let mut statement =
        connection.prepare_cached("SELECT storage_class, http_metadata, custom_metadata FROM uploads WHERE id = ?1")?;
    let (class, http, custom) = statement.query_row([id], |row| {
        Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    Ok(Metadata {
        http: serde_json::from_str(&http).unwrap_or_default(),
        custom: serde_json::from_str(&custom).unwrap_or_default(),
        storage_class: class.as_deref().and_then(StorageClass::parse),
    })
}

/// Gives an upload up; what that leaves. One that is over is no error.
pub(super) fn abort(connection: &Connection, id: &str, key: &str) -> Result<Vec<Discarded>, BlobError> {
    if is_open(connection, id, key)?.is_none() {
        return Err(BlobError::Internal);
    }
    close(connection, id)?;
    Ok(take_parts(connection, id)?.into_iter().filter_map(|part| part.blob).map(unread).collect())
}

/// Forgets uploads that were begun too long ago; what they leave.
pub(super) fn expire(connection: &Connection) -> Result<Vec<Discarded>, BlobError> {
    let mut statement = connection.prepare("DELETE FROM uploads WHERE created < ?1 RETURNING id")?;
    let ids = statement.query_map([now() - LIFETIME], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut left = Vec::new();
    for id in ids {
        left.extend(take_parts(connection, &id)?.into_iter().filter_map(|part| part.blob).map(unread));
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: u64 = PART_BYTES;

    fn outcome(uploaded: &[(u32, u64)], chosen: &[u32]) -> Result<Vec<u32>, u32> {
        let part = |&(number, size): &(u32, u64)| {
            (number, Part { number, blob: None, size, md5: vec![u8::try_from(number).unwrap()] })
        };
        let mut uploaded = uploaded.iter().map(part).collect();
        let chosen: Vec<_> =
            chosen.iter().map(|&number| UploadedPart { number, etag: format!("{number:02x}") }).collect();
        let parts = choose(&mut uploaded, &chosen).map_err(|error| error.code())?;
        Ok(parts.iter().map(|part| part.number).collect())
    }

    #[test]
    fn parts_are_of_one_size_but_for_the_last() {
        assert_eq!(outcome(&[(1, MIN), (2, MIN), (9, 1)], &[1, 2, 9]), Ok(vec![1, 2, 9]));
        assert_eq!(outcome(&[(1, 1)], &[1]), Ok(vec![1]));
        assert_eq!(outcome(&[(1, MIN), (2, MIN)], &[2, 1]), Ok(vec![1, 2]), "in any order");
        assert_eq!(outcome(&[(1, MIN - 1), (2, 1)], &[1, 2]), Err(10_011));
        assert_eq!(outcome(&[(1, MIN), (2, MIN + 1), (3, 1)], &[1, 2, 3]), Err(10_048));
        assert_eq!(outcome(&[(1, MIN), (2, MIN + 1)], &[1, 2]), Err(10_048), "the last one is the largest");
    }

    #[test]
    fn parts_are_named_once_and_as_they_are() {
        assert_eq!(outcome(&[(1, MIN)], &[1, 1]), Err(10_001));
        assert_eq!(outcome(&[(1, MIN)], &[2]), Err(10_025));
        assert_eq!(outcome(&[], &[]), Ok(vec![]));
    }
}
