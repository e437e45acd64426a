//! A body that is kept while it is read.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http_body::Body as _;
use http_body_util::BodyExt;
use selvedge_storage::cache::CacheWriter;
use selvedge_web::fetch::{Body, BoxError};

use super::answer::Measured;

/// For how long a body is fetched on that nobody wants any more but the cache.
const ALONE: Duration = Duration::from_secs(30);

struct Tee {
    body: Body,
    writer: Option<Box<dyn CacheWriter>>,
    alone: bool,
}

/// Has a writer keep what is read of a body. The last bytes are given away when the entry is there, so that who has
/// read it all finds it in the cache. A body that is let go of before its end is fetched on for a while, as on hosted;
/// one that breaks is not kept. A cache that fails does not concern the reader.
pub(super) fn keep_while_read(body: Body, writer: Box<dyn CacheWriter>) -> Body {
    let left = body.length();
    let tee = Tee { body, writer: Some(writer), alone: false };
    let stream = stream::try_unfold(tee, |mut tee| async move {
        let chunk = tee.next().await?;
        Ok::<_, BoxError>(chunk.map(|chunk| (chunk, tee)))
    });
    // A length of zero would let nobody ask, and the entry would never be complete.
    Body::boxed(Measured { stream: stream.boxed(), left: left.filter(|&left| left > 0) })
}

impl Drop for Tee {
    fn drop(&mut self) {
        let (Some(writer), Ok(runtime)) = (self.writer.take(), tokio::runtime::Handle::try_current()) else { return };
        if !self.alone {
            let mut tee = Tee { body: std::mem::take(&mut self.body), writer: Some(writer), alone: true };
            runtime.spawn(tokio::time::timeout(ALONE, async move {
                while tee.writer.is_some() && tee.next().await.is_ok_and(|chunk| chunk.is_some()) {}
            }));
        }
    }
}

impl Tee {
    async fn next(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            let Some(frame) = self.body.frame().await else {
                self.commit().await;
                return Ok(None);
            };
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => {
                    // What comes after a break, if anything, is not the rest.
                    self.writer = None;
                    return Err(error);
                }
            };
            // Trailers are not kept, nor passed on: `fetch` has no place for them.
            let Ok(chunk) = frame.into_data() else { continue };
            self.write(&chunk).await;
            if self.body.is_end_stream() {
                self.commit().await;
            }
            return Ok(Some(chunk));
        }
    }

    async fn write(&mut self, chunk: &Bytes) {
        if let Some(writer) = &mut self.writer {
            match writer.write(chunk.clone()).await {
                Ok(true) => {}
                Ok(false) => self.writer = None,
                Err(error) => {
                    tracing::warn!(%error, "a response could not be cached");
                    self.writer = None;
                }
            }
        }
    }

    async fn commit(&mut self) {
        if let Some(writer) = self.writer.take()
            && let Err(error) = writer.commit().await
        {
            tracing::warn!(%error, "a response could not be cached");
        }
    }
}
