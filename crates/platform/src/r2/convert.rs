//! From what JavaScript passes to what a bucket takes: lists of strings, whose form `js/r2/options.js` knows too.

use selvedge_ops::OpError;
use selvedge_storage::blob::{
    Algorithm, BlobError, Checksum, Condition, Etag, HttpMetadata, Metadata, RangeOption, StorageClass,
};
use selvedge_web::fetch::BodyError;

/// An error of a bucket, as hosted words it: "put: The specified object name is not valid. (10020)".
pub(super) fn failed(action: &'static str) -> impl FnOnce(BlobError) -> OpError {
    move |error| match error {
        // Why the stream of the content failed is the content's to tell.
        BlobError::Body(error) => BodyError::from(error).into(),
        error => OpError::error(format!("{action}: {error} ({})", error.code())),
    }
}

/// A condition: names and values in turn.
pub(super) fn condition(pairs: Option<Vec<String>>) -> Option<Condition> {
    let pairs = pairs?;
    let mut condition = Condition::default();
    for pair in pairs.chunks_exact(2) {
        let (name, value) = (pair[0].as_str(), pair[1].as_str());
        let etags = match name.split_once('-') {
            Some(("match", kind)) => Some((&mut condition.matches, kind)),
            Some(("none", kind)) => Some((&mut condition.matches_not, kind)),
            _ => None,
        };
        if let Some((etags, kind)) = etags {
            let etag = match kind {
                "any" => Etag::Wildcard,
                "weak" => Etag::Weak(value.to_owned()),
                _ => Etag::Strong(value.to_owned()),
            };
            etags.get_or_insert_default().push(etag);
            continue;
        }
        match name {
            "before" => condition.before = value.parse::<f64>().ok().map(|time| time as i64),
            "after" => condition.after = value.parse::<f64>().ok().map(|time| time as i64),
            _ => condition.whole_seconds = true,
        }
    }
    Some(condition)
}

/// A range: offset, length, suffix, each perhaps missing, or a header.
pub(super) fn range(numbers: Option<Vec<Option<f64>>>, header: Option<String>) -> Option<RangeOption> {
    if let Some(header) = header {
        return Some(RangeOption::Header(header));
    }
    let numbers = numbers?;
    let number = |place: usize| numbers.get(place).copied().flatten().map(|number| number as u64);
    match (number(0), number(1), number(2)) {
        (_, _, Some(suffix)) => Some(RangeOption::Suffix(suffix)),
        (None, None, None) => None,
        (offset, length, None) => Some(RangeOption::From { offset: offset.unwrap_or(0), length }),
    }
}

/// Metadata: five fields of HTTP, the time of expiry, names and values in turn, the storage class.
///
/// # Errors
/// A storage class that there is not.
pub(super) fn metadata(
    http: Vec<Option<String>>,
    cache_expiry: Option<f64>,
    custom: Vec<String>,
    storage_class: Option<String>,
    action: &str,
) -> Result<Metadata, OpError> {
    let mut http = http.into_iter();
    let mut field = || http.next().flatten();
    let http = HttpMetadata {
        content_type: field(),
        content_language: field(),
        content_disposition: field(),
        content_encoding: field(),
        cache_control: field(),
        cache_expiry: cache_expiry.map(|time| time as i64),
    };
    let custom = custom.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    let storage_class = match storage_class {
        None => None,
        Some(name) => Some(StorageClass::parse(&name).ok_or_else(|| {
            OpError::error(format!("{action}: The storage class you specified is not valid. (10062)"))
        })?),
    };
    Ok(Metadata { http, custom, storage_class })
}

/// A checksum: the algorithm's name and the bytes.
pub(super) fn checksum(algorithm: Option<String>, value: Option<&[u8]>) -> Option<Checksum> {
    let algorithm = match algorithm?.as_str() {
        "md5" => Algorithm::Md5,
        "sha1" => Algorithm::Sha1,
        "sha256" => Algorithm::Sha256,
        "sha384" => Algorithm::Sha384,
        _ => Algorithm::Sha512,
    };
    Some(Checksum { algorithm, value: value?.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_come_as_pairs() {
        let pairs = ["match-strong", "a", "none-weak", "b", "none-any", "", "before", "1500", "seconds", ""];
        let condition = condition(Some(pairs.map(str::to_owned).to_vec())).unwrap();
        assert_eq!(condition.matches, Some(vec![Etag::Strong("a".into())]));
        assert_eq!(condition.matches_not, Some(vec![Etag::Weak("b".into()), Etag::Wildcard]));
        assert_eq!((condition.before, condition.after, condition.whole_seconds), (Some(1500), None, true));
    }

    #[test]
    fn a_range_may_be_open() {
        assert_eq!(
            range(Some(vec![None, Some(2.0), None]), None),
            Some(RangeOption::From { offset: 0, length: Some(2) })
        );
        assert_eq!(range(Some(vec![None, None, Some(3.0)]), None), Some(RangeOption::Suffix(3)));
        assert_eq!(range(Some(vec![None; 3]), None), None);
    }
}
