//! Where a listing goes on. A cursor is opaque to those who carry it: the last key in base64, after its version.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::limits::KvRefusal;

const VERSION: u8 = 1;

/// The cursor after a key.
pub(super) fn after(key: &str) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key that a cursor stands behind.
///
/// # Errors
/// It is none of ours.
pub(super) fn key(cursor: &str) -> Result<String, KvRefusal> {
    let invalid = || KvRefusal::new(400, "Invalid cursor. Please use the cursor of the last page.");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let key = bytes.strip_prefix(&[VERSION]).ok_or_else(invalid)?;
    String::from_utf8(key.to_vec()).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_key() {
        for name in ["a", "", "\u{fc}/\u{1F600}"] {
            assert_eq!(key(&after(name)).unwrap(), name);
        }
        for cursor in ["!!!", "YQ", "AQ==", "Af8"] {
            assert_eq!(key(cursor).unwrap_err().status, 400, "{cursor}");
        }
    }
}
