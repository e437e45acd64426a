//! `multipart/form-data` (RFC 7578), read.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use selvedge_ops::{Buffer, OpError, op};

/// A field: name, its text if it is no file, its file's name, content type and bytes if it is one.
type Field = (String, Option<String>, Option<String>, Option<String>, Option<Buffer>);

/// Parses a whole body.
#[op]
pub(crate) fn op_form_data_parse(body: Bytes, boundary: String) -> Result<Vec<Field>, OpError> {
    // The parser is asynchronous as it reads from sockets elsewhere; over bytes in memory it never waits.
    parse(body, boundary)
        .now_or_never()
        .unwrap_or(Err(multer::Error::IncompleteStream))
        .map_err(|error| OpError::type_error(message(&error)))
}

/// A boundary that no content can have foreseen.
#[op]
pub(crate) fn op_form_data_boundary() -> Result<String, OpError> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| OpError::error("internal error: no randomness"))?;
    Ok(format!("----SelvedgeFormBoundary{:032x}", u128::from_ne_bytes(random)))
}

async fn parse(body: Bytes, boundary: String) -> Result<Vec<Field>, multer::Error> {
    let stream = stream::iter([Ok::<_, Infallible>(body)]);
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut fields = Vec::new();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().ok_or(multer::Error::UnknownField { field_name: None })?.to_owned();
        let file = field.file_name().map(str::to_owned);
        let kind = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await?;
        fields.push(match file {
            Some(file) => (name, None, Some(file), kind, Some(Buffer(bytes.into()))),
            None => (name, Some(String::from_utf8_lossy(&bytes).into_owned()), None, None, None),
        });
    }
    Ok(fields)
}

/// Hosted's words for the parser's errors.
fn message(error: &multer::Error) -> String {
    match error {
        multer::Error::UnknownField { .. } => "Content-Disposition header in FormData part is missing a name.".into(),
        multer::Error::IncompleteStream => "No initial boundary string (or you have a truncated message).".into(),
        multer::Error::IncompleteFieldData { .. } => "No subsequent boundary string after multipart message.".into(),
        multer::Error::IncompleteHeaders => "No multipart message header termination found.".into(),
        multer::Error::ReadHeaderFailed(_)
        | multer::Error::DecodeHeaderName { .. }
        | multer::Error::DecodeHeaderValue { .. } => "FormData part had invalid headers.".into(),
        other => format!("The body is no valid multipart/form-data: {other}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &'static str) -> Result<Vec<Field>, String> {
        parse(Bytes::from_static(body.as_bytes()), "b".into()).now_or_never().unwrap().map_err(|error| message(&error))
    }

    #[test]
    fn texts_and_files() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nfile\r\n\r\n--b--\r\n";
        let fields = fields(body).unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0], ("a".into(), Some("1".into()), None, None, None));
        let file =
            ("f".into(), None, Some("x.txt".into()), Some("text/plain".into()), Some(Buffer(b"file\r\n".to_vec())));
        assert_eq!(fields[1], file);
    }

    #[test]
    fn an_empty_form_has_no_fields() {
        assert!(fields("--b--\r\n").unwrap().is_empty());
    }

    #[test]
    fn broken_bodies_say_why() {
        assert!(fields("").unwrap_err().contains("boundary"));
        assert!(
            fields("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1")
                .unwrap_err()
                .contains("No subsequent boundary")
        );
        assert!(
            fields("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--").unwrap_err().contains("missing a name")
        );
    }
}
