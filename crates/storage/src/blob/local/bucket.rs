//! A bucket on the local disk.

use std::path::PathBuf;
use std::sync::Arc;

use super::admin::tidy;
use super::files::{Discarded, Files, random_id};
use super::index::{self, NewObject};
use super::listing;
use super::read::{Piece, Reading, cut};
use super::receive::{Stored, receive};
use super::shared::{Handle, Open};
use super::uploads::{self, Part};
use crate::blob::hash::hex;
use crate::blob::limits::{check_key, check_new};
use crate::blob::{
    Algorithm, BlobBucket, BlobError, BoxFuture, Checksum, Checksums, Content, Found, GetOptions, ListOptions, Listing,
    MOST_DELETED, Metadata, Object, PutOptions, UploadedPart,
};
use crate::{LocalStorage, StorageError};

/// The folder of buckets.
pub(super) const KIND: &str = "r2";

/// Digits of an upload's identifier, in bytes.
const UPLOAD_ID: usize = 32;

/// A bucket. Making it touches nothing: its folder is made at the first use.
#[derive(Clone, Debug)]
pub struct LocalBucket {
    pub(super) storage: Arc<LocalStorage>,
    pub(super) name: String,
    handle: Handle,
}

impl LocalBucket {
    pub(crate) fn new(storage: Arc<LocalStorage>, name: &str, handle: Handle) -> Self {
        Self { storage, name: name.to_owned(), handle }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bucket, opened.
    pub(super) async fn open(&self) -> Result<&Open, BlobError> {
        self.handle.0.get_or_try_init(|| self.open_first()).await
    }

    async fn open_first(&self) -> Result<Open, BlobError> {
        let index = self.storage.database(KIND, &self.name, || index::options(&self.name))?;
        let (root, folder) = (self.storage.path_of(KIND, &self.name, ""), self.storage.open()?);
        let durability = self.storage.durability();
        let files = blocking(move || Files::open(root, durability, folder)).await?;
        let open = Open { index, files: Arc::new(files) };
        tokio::spawn(tidy(Open { index: open.index.clone(), files: open.files.clone() }));
        Ok(open)
    }

    async fn find(&self, key: String) -> Result<Option<Object>, BlobError> {
        self.open().await?.index.read(move |connection| index::find(connection, &key)).await
    }

    async fn read(&self, key: &str, options: GetOptions) -> Result<Option<Found>, BlobError> {
        check_key(key)?;
        let open = self.open().await?;
        loop {
            let wanted = key.to_owned();
            let read = open.index.read(move |connection| {
                let Some(object) = index::find(connection, &wanted)? else { return Ok(None) };
                let bodies = index::bodies(connection, &object.version)?;
                Ok::<_, BlobError>(Some((object, bodies)))
            });
            let Some((object, bodies)) = read.await? else { return Ok(None) };
            if options.condition.as_ref().is_some_and(|condition| !condition.holds(Some(&object))) {
                let range = (0, object.size);
                return Ok(Some(Found { object, range, body: None }));
            }
            let range = match &options.range {
                Some(range) => range.resolve(object.size)?.unwrap_or((0, object.size)),
                None => (0, object.size),
            };
            if let Some(reading) = self.begin(open, &object, bodies, range).await? {
                return Ok(Some(Found { object, range, body: Some(Box::pin(reading)) }));
            }
            // It was replaced in this very moment; so there is another one, or none.
        }
    }

    /// Begins to read; nothing if the object has been replaced meanwhile.
    async fn begin(
        &self,
        open: &Open,
        object: &Object,
        bodies: Vec<(String, u64)>,
        range: (u64, u64),
    ) -> Result<Option<Reading>, BlobError> {
        let is_whole = bodies.iter().map(|(_, size)| size).sum::<u64>() == object.size;
        let many = bodies.len() > 1;
        // Before it is looked for again: from here on its files stay.
        let lease = many.then(|| open.files.lease(&object.version));
        if many || !is_whole {
            let now = self.find(object.key.clone()).await?;
            if now.is_none_or(|now| now.version != object.version) {
                return Ok(None);
            }
            if !is_whole {
                return Err(missing(open.files.path(&object.version)));
            }
        }
        let paths = bodies.into_iter().map(|(blob, size)| (open.files.path(&blob), size));
        let pieces = cut(paths, range);
        if many || pieces.is_empty() {
            return Ok(Some(Reading::new(pieces, lease)));
        }
        let opened = blocking(move || {
            let mut pieces = pieces;
            if let Some(piece) = pieces.front_mut()
                && !open_piece(piece)?
            {
                return Ok(None);
            }
            Ok(Some(pieces))
        });
        match opened.await? {
            Some(pieces) => Ok(Some(Reading::new(pieces, None))),
            None => {
                let now = self.find(object.key.clone()).await?;
                match now.is_some_and(|now| now.version == object.version) {
                    true => Err(missing(open.files.path(&object.version))),
                    false => Ok(None),
                }
            }
        }
    }

    async fn store(&self, key: &str, content: Content, options: PutOptions) -> Result<Option<Object>, BlobError> {
        check_new(key, &options.metadata)?;
        let open = self.open().await?;
        // Asked again when it counts; here it may spare the upload.
        if let Some(condition) = &options.condition
            && !condition.holds(self.find(key.to_owned()).await?.as_ref())
        {
            return Ok(None);
        }
        let mut stored = receive(&open.files, content, options.checksum.clone()).await?;
        let version = random_id(16)?;
        let (key, files, index) = (key.to_owned(), open.files.clone(), open.index.clone());
        let PutOptions { condition, metadata, checksum } = options;
        // A task of its own: the commit cannot be called back, so what follows it must not be either.
        let commit = tokio::spawn(async move {
            let etag = hex(&stored.digests.md5);
            let checksums = checksums(&etag, checksum.as_ref());
            let size = stored.size;
            let blob = stored.take();
            let bodies: Vec<_> = blob.iter().map(|blob| (blob.clone(), size)).collect();
            let write = index.write(move |connection| {
                if let Some(condition) = &condition
                    && !condition.holds(index::find(connection, &key)?.as_ref())
                {
                    return Err(BlobError::PreconditionFailed);
                }
                let new = NewObject {
                    key: &key,
                    version: &version,
                    size,
                    etag: &etag,
                    checksums: &checksums,
                    metadata: &metadata,
                    bodies: &bodies,
                };
                index::replace(connection, &new)
            });
            match write.await {
                Ok((object, replaced)) => {
                    files.discard(replaced);
                    Ok(Some(object))
                }
                Err(error) => {
                    files.remove(blob.into_iter().collect());
                    if matches!(error, BlobError::PreconditionFailed) { Ok(None) } else { Err(error) }
                }
            }
        });
        commit.await.map_err(|_| StorageError::Closed)?
    }

    async fn store_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        content: Content,
    ) -> Result<UploadedPart, BlobError> {
        check_key(key)?;
        let open = self.open().await?;
        let (key, upload) = (key.to_owned(), upload.to_owned());
        let (wanted_key, wanted) = (key.clone(), upload.clone());
        let is_open = open.index.read(move |connection| uploads::is_open(connection, &wanted, &wanted_key)).await?;
        if is_open != Some(true) {
            return Err(BlobError::NoSuchUpload);
        }
        let mut stored: Stored = receive(&open.files, content, None).await?;
        let (files, index) = (open.files.clone(), open.index.clone());
        let commit = tokio::spawn(async move {
            let blob = stored.take();
            let part = Part { number, blob: blob.clone(), size: stored.size, md5: stored.digests.md5.clone() };
            let etag = hex(&part.md5);
            match index.write(move |connection| uploads::add_part(connection, &upload, &key, &part)).await {
                Ok(replaced) => {
                    files.discard(replaced);
                    Ok(UploadedPart { number, etag })
                }
                Err(error) => {
                    files.remove(blob.into_iter().collect());
                    Err(error)
                }
            }
        });
        commit.await.map_err(|_| StorageError::Closed)?
    }

    /// Changes the index, and then removes the files that this leaves, whoever waits.
    async fn change<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&rusqlite::Connection) -> Result<(T, Vec<Discarded>), BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let open = self.open().await?;
        let (files, index) = (open.files.clone(), open.index.clone());
        let change = tokio::spawn(async move {
            let (value, discarded) = index.write(move |connection| work(connection)).await?;
            files.discard(discarded);
            Ok(value)
        });
        change.await.map_err(|_| StorageError::Closed)?
    }
}

impl BlobBucket for LocalBucket {
    fn head<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, BlobError>> {
        Box::pin(async move {
            check_key(key)?;
            self.find(key.to_owned()).await
        })
    }

    fn get<'a>(&'a self, key: &'a str, options: GetOptions) -> BoxFuture<'a, Result<Option<Found>, BlobError>> {
        Box::pin(self.read(key, options))
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        content: Content,
        options: PutOptions,
    ) -> BoxFuture<'a, Result<Option<Object>, BlobError>> {
        Box::pin(self.store(key, content, options))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(async move {
            if keys.len() > MOST_DELETED {
                return Err(BlobError::TooManyKeys);
            }
            keys.iter().try_for_each(|key| check_key(key))?;
            let work = move |connection: &rusqlite::Connection| {
                let mut discarded = Vec::new();
                for key in &keys {
                    discarded.extend(index::remove(connection, key)?);
                }
                Ok(((), discarded))
            };
            self.change(work).await
        })
    }

    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<Listing, BlobError>> {
        Box::pin(
            async move { self.open().await?.index.read(move |connection| listing::list(connection, &options)).await },
        )
    }

    fn create_upload<'a>(&'a self, key: &'a str, metadata: Metadata) -> BoxFuture<'a, Result<String, BlobError>> {
        Box::pin(async move {
            check_new(key, &metadata)?;
            let id = random_id(UPLOAD_ID)?;
            let (key, made) = (key.to_owned(), id.clone());
            let index = &self.open().await?.index;
            index.write(move |connection| uploads::create(connection, &made, &key, &metadata)).await?;
            Ok(id)
        })
    }

    fn upload_part<'a>(
        &'a self,
        key: &'a str,
        upload: &'a str,
        number: u32,
        content: Content,
    ) -> BoxFuture<'a, Result<UploadedPart, BlobError>> {
        Box::pin(self.store_part(key, upload, number, content))
    }

    fn complete_upload<'a>(
        &'a self,
        key: &'a str,
        upload: &'a str,
        parts: Vec<UploadedPart>,
    ) -> BoxFuture<'a, Result<Object, BlobError>> {
        Box::pin(async move {
            check_key(key)?;
            let (key, upload, version) = (key.to_owned(), upload.to_owned(), random_id(16)?);
            self.change(move |connection| uploads::complete(connection, &upload, &key, &version, &parts)).await
        })
    }

    fn abort_upload<'a>(&'a self, key: &'a str, upload: &'a str) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async move {
            check_key(key)?;
            let (key, upload) = (key.to_owned(), upload.to_owned());
            self.change(move |connection| Ok(((), uploads::abort(connection, &upload, &key)?))).await
        })
    }
}

/// Opens a piece's file; false if it is not there.
fn open_piece(piece: &mut Piece) -> Result<bool, BlobError> {
    let open = || {
        let mut file = std::fs::File::open(&piece.path)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(piece.offset))?;
        Ok(file)
    };
    match open() {
        Ok(file) => {
            piece.file = Some(file);
            Ok(true)
        }
        Err(error) if std::io::Error::kind(&error) == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StorageError::io("open", &piece.path, error).into()),
    }
}

fn missing(path: PathBuf) -> BlobError {
    StorageError::io("find the content of an object in", &path, std::io::ErrorKind::NotFound.into()).into()
}

fn checksums(md5: &str, given: Option<&Checksum>) -> Checksums {
    let mut checksums = Checksums { md5: Some(md5.to_owned()), ..Checksums::default() };
    if let Some(Checksum { algorithm, value }) = given {
        let slot = match algorithm {
            Algorithm::Md5 => &mut checksums.md5,
            Algorithm::Sha1 => &mut checksums.sha1,
            Algorithm::Sha256 => &mut checksums.sha256,
            Algorithm::Sha384 => &mut checksums.sha384,
            Algorithm::Sha512 => &mut checksums.sha512,
        };
        *slot = Some(hex(value));
    }
    checksums
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StorageError::Closed)?
}
