//! Kept bodies on their way out.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};

use super::CacheBody;

/// How much is read from a file at once, in bytes.
const CHUNK: u64 = 128 * 1024;

impl CacheBody {
    /// A part of the body that is in memory; nothing for one that is in a file.
    pub fn bytes(&self, range: Range<u64>) -> Option<Bytes> {
        let Self::Bytes(bytes) = self else { return None };
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        Some(bytes.slice(place(range.start)..place(range.end)))
    }

    /// A part of the body, as it is read. A file that ends too early is an error: the body was not what it should be.
    pub fn read(self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let file = match self {
            Self::Bytes(_) => {
                let part = self.bytes(range).unwrap_or_default();
                return stream::iter([Ok(part)]).boxed();
            }
            Self::File(file) => file,
        };
        let start = Some((file, range));
        stream::try_unfold(start, |state| async {
            let Some((mut file, range)) = state.filter(|(_, range)| !range.is_empty()) else { return Ok(None) };
            let read = tokio::task::spawn_blocking(move || -> io::Result<_> {
                let length = CHUNK.min(range.end - range.start);
                file.seek(SeekFrom::Start(range.start))?;
                let mut chunk = BytesMut::zeroed(usize::try_from(length).unwrap_or(0));
                file.read_exact(&mut chunk)?;
                let rest = range.start + length..range.end;
                Ok(Some((chunk.freeze(), Some((file, rest)))))
            });
            read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::TryStreamExt;

    use super::*;

    async fn all(body: CacheBody, range: Range<u64>) -> io::Result<Vec<u8>> {
        let chunks: Vec<_> = body.read(range).try_collect().await?;
        Ok(chunks.concat())
    }

    #[tokio::test]
    async fn parts_of_memory_and_of_files_are_the_same() {
        let content: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        for range in [0..300_000, 0..0, 5..6, 131_071..262_145, 299_999..300_000] {
            let expected = &content[range.start as usize..range.end as usize];
            let memory = CacheBody::Bytes(content.clone().into());
            assert_eq!(memory.bytes(range.clone()).unwrap(), expected);
            assert_eq!(all(memory, range.clone()).await.unwrap(), expected);
            let on_disk = CacheBody::File(file.try_clone().unwrap());
            assert!(on_disk.bytes(range.clone()).is_none());
            assert_eq!(all(on_disk, range).await.unwrap(), expected);
        }
        assert!(all(CacheBody::File(file), 0..300_001).await.is_err());
    }
}
