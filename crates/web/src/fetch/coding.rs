//! Content codings (RFC 9110, section 8.4): what `Content-Encoding` says was done to a body.
//!
//! To a Worker a body is always plain: what `fetch` receives is decoded when it is read, and what it sends
//! with a `Content-Encoding` of ours is encoded on its way out, unless `encodeBody: "manual"` says that the
//! Worker did that itself. A body that passes through unread keeps its coding, and no one decodes it.

use async_compression::tokio::bufread;
use futures_util::{StreamExt, TryStreamExt};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body::Frame;
use http_body_util::{BodyDataStream, StreamBody};
use tokio::io::{AsyncBufRead, AsyncRead};
use tokio_util::io::{ReaderStream, StreamReader};

use super::body::{Body, BoxError};
use super::error::BodyError;

/// How much is decoded at once, in bytes.
const CHUNK: usize = 16 * 1024;

/// A coding that we can undo and do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentCoding {
    /// None, or one that we know nothing of and leave as it is.
    #[default]
    Identity,
    /// `gzip`, `x-gzip`
    Gzip,
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
    /// `deflate`, which is the zlib format
    Deflate,
}

impl ContentCoding {
    /// The coding that headers tell of. Several codings at once count as unknown, as they do on Cloudflare.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().map_or(Self::Identity, Self::parse),
            _ => Self::Identity,
        }
    }

    /// The coding of this name.
    pub fn parse(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            "deflate" => Self::Deflate,
            _ => Self::Identity,
        }
    }

    /// Undoes the coding.
    pub fn decode(self, body: Body) -> Body {
        // An empty body is no valid compressed file, yet servers send it (to HEAD, with a 304).
        if matches!(body, Body::Empty) {
            return body;
        }
        match self {
            Self::Identity => body,
            Self::Gzip => {
                let mut decoder = bufread::GzipDecoder::new(reader(body));
                decoder.multiple_members(true);
                from_reader(decoder)
            }
            Self::Brotli => from_reader(bufread::BrotliDecoder::new(reader(body))),
            Self::Zstd => from_reader(bufread::ZstdDecoder::new(reader(body))),
            Self::Deflate => from_reader(bufread::ZlibDecoder::new(reader(body))),
        }
    }

    /// Does the coding, fast rather than small: this is done for each response anew.
    pub fn encode(self, body: Body) -> Body {
        if matches!(body, Body::Empty) {
            return body;
        }
        let level = async_compression::Level::Precise(4);
        match self {
            Self::Identity => body,
            Self::Gzip => from_reader(bufread::GzipEncoder::with_quality(reader(body), level)),
            Self::Brotli => from_reader(bufread::BrotliEncoder::with_quality(reader(body), level)),
            Self::Zstd => from_reader(bufread::ZstdEncoder::with_quality(reader(body), level)),
            Self::Deflate => from_reader(bufread::ZlibEncoder::with_quality(reader(body), level)),
        }
    }

    /// A body that is in this coding, brought into another one.
    pub fn recode(self, body: Body, wanted: Self) -> Body {
        if self == wanted { body } else { wanted.encode(self.decode(body)) }
    }
}

/// Carries an error of the transport through an `io::Error`, to be told from a decoder's own.
fn to_io(error: BoxError) -> std::io::Error {
    std::io::Error::other(BodyError::from(error))
}

fn from_io(error: std::io::Error) -> BoxError {
    match error.downcast::<BodyError>() {
        Ok(error) => Box::new(error),
        Err(error) => Box::new(BodyError::Decoding(error)),
    }
}

fn reader(body: Body) -> impl AsyncBufRead + Send + Unpin + 'static {
    StreamReader::new(BodyDataStream::new(body).map_err(to_io))
}

fn from_reader(reader: impl AsyncRead + Send + 'static) -> Body {
    let stream = ReaderStream::with_capacity(reader, CHUNK).map(|chunk| chunk.map(Frame::data).map_err(from_io));
    Body::boxed(StreamBody::new(stream))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::BodyExt;

    use super::*;

    const ALL: [ContentCoding; 4] =
        [ContentCoding::Gzip, ContentCoding::Brotli, ContentCoding::Zstd, ContentCoding::Deflate];

    #[tokio::test]
    async fn each_coding_is_undone() {
        let text = "the quick brown fox ".repeat(5000);
        for coding in ALL {
            let encoded = coding.encode(Body::from(Bytes::from(text.clone()))).collect().await.unwrap().to_bytes();
            assert!(encoded.len() < text.len() / 4, "{coding:?}");
            let decoded = coding.decode(Body::from(encoded)).collect().await.unwrap().to_bytes();
            assert_eq!(decoded, text, "{coding:?}");
        }
    }

    #[tokio::test]
    async fn damaged_data_is_a_decoding_error() {
        for coding in ALL {
            let whole = coding.encode(Body::from(Bytes::from("x".repeat(100_000)))).collect().await.unwrap().to_bytes();
            let cut = whole.slice(..whole.len() / 2);
            let error = coding.decode(Body::from(cut)).collect().await.err().unwrap();
            assert!(matches!(BodyError::from(error), BodyError::Decoding(_)), "{coding:?}");
        }
    }

    #[tokio::test]
    async fn a_broken_transport_is_not_blamed_on_the_data() {
        let (writer, body) = super::super::channel::channel(None);
        drop(writer);
        let error = ContentCoding::Gzip.decode(Body::Channel(body)).collect().await.err().unwrap();
        assert!(matches!(BodyError::from(error), BodyError::Aborted));
    }

    #[test]
    fn names() {
        assert_eq!(ContentCoding::parse(" GZIP"), ContentCoding::Gzip);
        assert_eq!(ContentCoding::parse("gzip, br"), ContentCoding::Identity);
        let mut headers = HeaderMap::new();
        assert_eq!(ContentCoding::of(&headers), ContentCoding::Identity);
        headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static("br"));
        assert_eq!(ContentCoding::of(&headers), ContentCoding::Brotli);
    }
}
