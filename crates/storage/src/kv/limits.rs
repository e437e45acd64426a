//! Hosted's limits (<https://developers.cloudflare.com/kv/platform/limits/>), with its words for those who break them.

/// The longest key in bytes of UTF-8.
const KEY_BYTES: usize = 512;

/// The longest value in bytes.
pub const VALUE_BYTES: u64 = 25 << 20;

/// The most metadata in bytes of JSON.
const METADATA_BYTES: usize = 1024;

/// The shortest `cacheTtl` in seconds.
const CACHE_TTL_SECONDS: i64 = 30;

/// The most keys of one page of a listing.
pub const LISTED_AT_ONCE: usize = 1000;

/// The most keys of one bulk read.
pub const KEYS_AT_ONCE: usize = 100;

/// The most that the values of one bulk read have in all, in bytes.
pub const VALUES_AT_ONCE_BYTES: u64 = 25 << 20;

/// A request that breaks a limit, as hosted's service answers it: `400 Invalid ...`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {message}")]
pub struct KvRefusal {
    /// The status code.
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

impl KvRefusal {
    /// A refusal.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

fn check_key_length(key: &str) -> Result<(), KvRefusal> {
    match key.len() {
        0..=KEY_BYTES => Ok(()),
        length => Err(KvRefusal::new(
            414,
            format!("UTF-8 encoded length of {length} exceeds key length limit of {KEY_BYTES}."),
        )),
    }
}

/// Checks a key of a bulk operation or a command: the words are the service's.
///
/// # Errors
/// It is empty, too long, or a name that URLs give another meaning.
pub fn check_bulk_key(key: &str) -> Result<(), KvRefusal> {
    match key {
        "" => Err(KvRefusal::new(400, "Key names must not be empty")),
        "." | ".." => Err(KvRefusal::new(400, format!("Illegal key name \"{key}\". Please use a different name."))),
        _ => check_key_length(key),
    }
}

/// Why a key cannot be used. Some names do not even get to hosted's service: there the runtime throws a `TypeError`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The text of the `TypeError`.
    #[error("{0}")]
    Name(&'static str),
    /// The service's answer.
    #[error(transparent)]
    Refused(#[from] KvRefusal),
}

/// Checks the key of a single operation.
///
/// # Errors
/// It is empty, too long, or a name that URLs give another meaning.
pub fn check_key(key: &str) -> Result<(), KeyFault> {
    match key {
        "" => Err(KeyFault::Name("Key name cannot be empty.")),
        "." => Err(KeyFault::Name("\".\" is not allowed as a key name.")),
        ".." => Err(KeyFault::Name("\"..\" is not allowed as a key name.")),
        _ => Ok(check_key_length(key)?),
    }
}

/// Checks how long a read may be cached. That has no effect here: the cache of a node is always current.
///
/// # Errors
/// It is too short.
pub fn check_cache_ttl(seconds: i64) -> Result<(), KvRefusal> {
    if seconds >= CACHE_TTL_SECONDS {
        return Ok(());
    }
    Err(KvRefusal::new(400, format!("Invalid cache_ttl of {seconds}. Cache TTL must be at least {CACHE_TTL_SECONDS}.")))
}

/// Checks metadata.
///
/// # Errors
/// Its JSON is too long.
pub fn check_metadata(json: &str) -> Result<(), KvRefusal> {
    match json.len() {
        0..=METADATA_BYTES => Ok(()),
        length => Err(KvRefusal::new(413, format!("Metadata length of {length} exceeds limit of {METADATA_BYTES}."))),
    }
}

/// Checks the length of a value.
///
/// # Errors
/// It is too long.
pub fn check_length(length: u64) -> Result<(), KvRefusal> {
    if length <= VALUE_BYTES {
        return Ok(());
    }
    Err(KvRefusal::new(413, format!("Value length of {length} exceeds limit of {VALUE_BYTES}.")))
}

/// Checks what is to be listed, and says how many keys that are. A limit that is not positive counts as none.
///
/// # Errors
/// The limit is too high, or the prefix longer than a key.
pub fn check_list(limit: Option<i64>, prefix: &str) -> Result<usize, KvRefusal> {
    let limit = match limit {
        Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        _ => LISTED_AT_ONCE,
    };
    if limit > LISTED_AT_ONCE {
        return Err(KvRefusal::new(
            400,
            format!("Invalid key_count_limit of {limit}. Please specify an integer less than {LISTED_AT_ONCE}."),
        ));
    }
    check_key_length(prefix)?;
    Ok(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_measured_in_bytes() {
        assert_eq!(check_key(&"x".repeat(512)), Ok(()));
        let error = check_key(&"\u{fc}".repeat(257)).unwrap_err();
        assert_eq!(error.to_string(), "414 UTF-8 encoded length of 514 exceeds key length limit of 512.");
        for key in ["", ".", ".."] {
            assert!(matches!(check_key(key), Err(KeyFault::Name(_))), "{key}");
            assert_eq!(check_bulk_key(key).unwrap_err().status, 400, "{key}");
        }
        assert_eq!(check_bulk_key("..."), Ok(()));
    }

    #[test]
    fn a_listing_has_from_one_to_a_thousand_keys() {
        for (limit, keys) in [(None, 1000), (Some(0), 1000), (Some(-3), 1000), (Some(1), 1), (Some(1000), 1000)] {
            assert_eq!(check_list(limit, ""), Ok(keys), "{limit:?}");
        }
        assert_eq!(check_list(Some(1001), "").unwrap_err().status, 400);
        assert_eq!(check_list(None, &"x".repeat(513)).unwrap_err().status, 414);
    }

    #[test]
    fn the_bounds_themselves_are_allowed() {
        assert_eq!(check_length(VALUE_BYTES), Ok(()));
        assert!(check_length(VALUE_BYTES + 1).unwrap_err().message.contains("26214401 exceeds limit of 26214400"));
        assert_eq!(check_metadata(&"x".repeat(1024)), Ok(()));
        assert!(check_metadata(&"x".repeat(1025)).is_err());
        assert_eq!(check_cache_ttl(30), Ok(()));
        assert!(check_cache_ttl(29).is_err());
    }
}
