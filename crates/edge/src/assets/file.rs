//! One asset on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

/// Up to here a file is read in one go, on the same trip to a blocking thread that opens it.
const SMALL: u64 = 64 << 10;

/// A file of the manifest.
#[derive(Debug)]
pub(super) struct AssetFile {
    /// Without symbolic links, within the directory.
    path: PathBuf,
    /// The last hash taken, and of which state of the file.
    hashed: Mutex<Option<(State, String)>>,
}

/// A file that has not changed has not changed this.
#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

/// A file that is ready to be sent.
pub(super) struct Opened {
    pub(super) etag: String,
    pub(super) length: u64,
    pub(super) contents: Contents,
}

pub(super) enum Contents {
    Small(Bytes),
    Large(File),
}

impl AssetFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, hashed: Mutex::new(None) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file as it is now. Blocks.
    ///
    /// # Errors
    /// The file is gone or cannot be read; [`io::ErrorKind::NotFound`] also if it has since become
    /// a symbolic link.
    pub(super) fn open(&self) -> io::Result<Opened> {
        if fs::canonicalize(&self.path)? != self.path {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let state = State { length: metadata.len(), modified: metadata.modified().ok() };
        if state.length <= SMALL {
            let mut bytes = Vec::with_capacity(usize::try_from(state.length).unwrap_or(0));
            (&mut file).take(SMALL + 1).read_to_end(&mut bytes)?;
            let length = bytes.len() as u64;
            let etag = self.etag(State { length, ..state }, |hasher| {
                hasher.update(&bytes);
                Ok(())
            })?;
            return Ok(Opened { etag, length, contents: Contents::Small(bytes.into()) });
        }
        let etag = self.etag(state, |hasher| hasher.update_reader(File::open(&self.path)?).map(drop))?;
        Ok(Opened { etag, length: state.length, contents: Contents::Large(file) })
    }

    /// The hash of the contents and of the name's extension, since the extension decides the
    /// content type.
    fn etag(&self, state: State, contents: impl FnOnce(&mut blake3::Hasher) -> io::Result<()>) -> io::Result<String> {
        let lock = || self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((hashed, etag)) = lock().as_ref()
            && *hashed == state
        {
            return Ok(etag.clone());
        }
        let mut hasher = blake3::Hasher::new();
        contents(&mut hasher)?;
        hasher.update(self.path.extension().unwrap_or_default().as_encoded_bytes());
        let etag: String = hasher.finalize().to_hex().chars().take(32).collect();
        *lock() = Some((state, etag.clone()));
        Ok(etag)
    }
}
