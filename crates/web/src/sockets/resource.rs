//! A connection that JavaScript reads and writes, as an entry in a resource table.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::dialer::{Dialer, SocketStream};
use super::error::SocketError;

/// The most that one read gives, in bytes.
const CHUNK: usize = 64 * 1024;

/// What an open connection weighs besides itself, in bytes: what it reads at a time. It holds a file descriptor of the
/// process, so it is this that bounds how many an instance can have.
pub const SOCKET_WEIGHT: usize = CHUNK;

/// An open connection. Dropping it closes it.
///
/// Each direction has a lock of its own, so that a read that waits for the other side does not stop a write.
#[derive(Debug)]
pub struct SocketResource {
    reader: Mutex<Option<ReadHalf<SocketStream>>>,
    writer: Mutex<Option<WriteHalf<SocketStream>>>,
    /// Ends what is under way in both directions.
    stop: CancellationToken,
    dialer: Dialer,
}

impl SocketResource {
    /// A connection, with what starts TLS on it.
    pub fn new(stream: SocketStream, dialer: Dialer) -> Self {
        let (reader, writer) = split(stream);
        Self {
            reader: Mutex::new(Some(reader)),
            writer: Mutex::new(Some(writer)),
            stop: CancellationToken::new(),
            dialer,
        }
    }

    /// The next bytes; `None` at the end, which is also what a read sees that [`SocketResource::stop`] ends.
    ///
    /// # Errors
    /// [`SocketError::Lost`].
    pub async fn read(&self) -> Result<Option<Vec<u8>>, SocketError> {
        let reading = async {
            let mut reader = self.reader.lock().await;
            let Some(reader) = reader.as_mut() else { return Ok(None) };
            let mut bytes = Vec::with_capacity(CHUNK);
            // Nothing is lost if it is dropped before it is ready.
            let length = reader.read_buf(&mut bytes).await.map_err(SocketError::Lost)?;
            bytes.shrink_to_fit();
            Ok((length > 0).then_some(bytes))
        };
        self.stop.run_until_cancelled(reading).await.unwrap_or(Ok(None))
    }

    /// Writes all of a chunk, as fast as the other side takes it.
    ///
    /// # Errors
    /// [`SocketError::Lost`], and [`SocketError::Closed`] after the end.
    pub async fn write(&self, chunk: Bytes) -> Result<(), SocketError> {
        let writing = async {
            let mut writer = self.writer.lock().await;
            let writer = writer.as_mut().ok_or(SocketError::Closed)?;
            writer.write_all(&chunk).await.map_err(SocketError::Lost)?;
            writer.flush().await.map_err(SocketError::Lost)
        };
        self.stop.run_until_cancelled(writing).await.unwrap_or(Err(SocketError::Closed))
    }

    /// Says that nothing more will be written: the other side reads an end. Reading goes on.
    ///
    /// # Errors
    /// [`SocketError::Lost`].
    pub async fn shutdown(&self) -> Result<(), SocketError> {
        let ending = async {
            let mut writer = self.writer.lock().await;
            let Some(writer) = writer.as_mut() else { return Ok(()) };
            match writer.shutdown().await {
                // The other side was faster.
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
                ended => ended.map_err(SocketError::Lost),
            }
        };
        self.stop.run_until_cancelled(ending).await.unwrap_or(Ok(()))
    }

    /// Ends reads and writes that are under way.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Starts TLS: this connection ends for JavaScript, and the one that is returned goes on.
    ///
    /// # Errors
    /// As [`Dialer::secure`].
    pub async fn start_tls(&self, name: &str) -> Result<Self, SocketError> {
        self.stop();
        let reader = self.reader.lock().await.take().ok_or(SocketError::Closed)?;
        let writer = self.writer.lock().await.take().ok_or(SocketError::Closed)?;
        let stream = self.dialer.secure(reader.unsplit(writer), name).await?;
        Ok(Self::new(stream, self.dialer.clone()))
    }
}
