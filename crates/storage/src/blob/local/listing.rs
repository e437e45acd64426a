//! Listings in the order of the keys' bytes.
//!
//! With a delimiter the keys that share a prefix are stepped over by a search for the first key behind them: what a
//! listing costs is what it lists, however many keys a prefix has.

use rusqlite::{Connection, params};

use super::index::{COLUMNS, object};
use crate::blob::hash::{from_hex, hex};
use crate::blob::limits::{MOST_LISTED, MOST_LISTED_WITH_METADATA};
use crate::blob::{BlobError, ListOptions, Listing};

/// Lists a page.
pub(super) fn list(connection: &Connection, options: &ListOptions) -> Result<Listing, BlobError> {
    let limit = limit(options)?;
    let delimiter = options.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let end = behind(options.prefix.as_bytes());
    let mut page = Listing::default();
    let mut from = Some(start(options)?);
    while let Some(place) = from.take() {
        let room = limit - (page.objects.len() + page.delimited_prefixes.len());
        // Texts are compared as bytes; the bounds may be no text.
        let sql = format!(
            "SELECT {COLUMNS}, iif(?4, http_metadata, NULL), iif(?5, custom_metadata, NULL) FROM objects \
             WHERE key >= CAST(?1 AS TEXT) AND key < CAST(?2 AS TEXT) ORDER BY key LIMIT ?3"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let wanted = i64::try_from(room + 1).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![place, end, wanted, options.http_metadata, options.custom_metadata])?;
        // Where the next page would begin.
        let mut next = place;
        while let Some(row) = rows.next()? {
            if page.objects.len() + page.delimited_prefixes.len() == limit {
                page.cursor = Some(hex(&next));
                return Ok(page);
            }
            let key = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            if let Some(common) = common_prefix(key, &options.prefix, delimiter) {
                page.delimited_prefixes.push(common.to_owned());
                from = Some(behind(common.as_bytes()));
                break;
            }
            next = after(key.as_bytes());
            page.objects.push(object(row, options.http_metadata, options.custom_metadata)?);
        }
    }
    Ok(page)
}

fn limit(options: &ListOptions) -> Result<usize, BlobError> {
    let limit = match options.limit {
        None => MOST_LISTED,
        Some(limit @ 1..=MOST_LISTED) => limit,
        Some(_) => return Err(BlobError::InvalidMaxKeys),
    };
    let with_metadata = options.http_metadata || options.custom_metadata;
    let limit = if with_metadata { limit.min(MOST_LISTED_WITH_METADATA) } else { limit };
    Ok(usize::try_from(limit).unwrap_or(1))
}

/// The first place that may be listed.
fn start(options: &ListOptions) -> Result<Vec<u8>, BlobError> {
    let cursor = options.cursor.as_deref().map(|cursor| from_hex(cursor).ok_or(BlobError::InvalidCursor));
    let start_after = options.start_after.as_deref().map(|key| after(key.as_bytes()));
    let places = [Some(options.prefix.as_bytes().to_vec()), cursor.transpose()?, start_after];
    Ok(places.into_iter().flatten().max().unwrap_or_default())
}

/// What a key has before and up to the delimiter.
fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter?;
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

/// The first place after a key.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The first place behind all keys that begin so. UTF-8 has no byte 0xFF.
fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut place = prefix.to_vec();
    match place.last_mut() {
        Some(last) => *last = last.saturating_add(1),
        None => place.push(0xFF),
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_between_keys() {
        assert!(after(b"a").as_slice() > b"a".as_slice() && after(b"a").as_slice() < b"a!".as_slice());
        assert!(behind(b"a/").as_slice() > "a/\u{10FFFF}".as_bytes());
        assert!(behind(b"").as_slice() > "\u{10FFFF}".as_bytes());
    }

    #[test]
    fn a_prefix_ends_with_the_delimiter() {
        assert_eq!(common_prefix("a/b/c", "", Some("/")), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", Some("/")), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", Some("/")), None);
        assert_eq!(common_prefix("a--b--c", "a", Some("--")), Some("a--"));
        assert_eq!(common_prefix("a/b", "", None), None);
    }

    #[test]
    fn limits() {
        let limit = |limit, custom_metadata| {
            super::limit(&ListOptions { limit, custom_metadata, ..ListOptions::default() }).ok()
        };
        assert_eq!((limit(None, false), limit(Some(7), false), limit(None, true)), (Some(1000), Some(7), Some(100)));
        assert_eq!((limit(Some(0), false), limit(Some(1001), false)), (None, None));
    }
}
