//! SQLite's write-ahead log, as a file (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The header of the file.
const HEADER: u64 = 32;
/// The header of each page in it.
const FRAME: u64 = 24;

/// A log, read up to a commit.
#[derive(Debug)]
pub(super) struct Wal {
    file: File,
    page: u64,
    /// What tells this log from the ones before and after it.
    pub(super) salt: u64,
    /// Frames up to the last commit that was found.
    pub(super) frames: u32,
    /// The checksum of the last commit's last frame.
    checksum: u64,
}

/// A frame's header, as far as it is of use.
struct Frame {
    is_commit: bool,
    salt: u64,
    checksum: u64,
}

impl Wal {
    /// Opens a log; nothing if there is none, or an empty one.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        Ok(header(&file)?.map(|(page, salt)| Self { file, page, salt, frames: 0, checksum: 0 }))
    }

    /// Whether the file holds another log by now, or none.
    pub(super) fn is_over(&self) -> io::Result<bool> {
        Ok(header(&self.file)?.is_none_or(|(_, salt)| salt != self.salt))
    }

    /// Looks for commits after those that were found. Whether there are any.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        let before = self.frames;
        let mut place = self.frames;
        while let Some(frame) = self.frame(place)? {
            if frame.salt != self.salt {
                break;
            }
            place += 1;
            if frame.is_commit {
                (self.frames, self.checksum) = (place, frame.checksum);
            }
        }
        Ok(self.frames > before)
    }

    /// What identifies the last commit that was found.
    pub(super) fn identity(&self) -> u128 {
        u128::from(self.salt) << 64 | u128::from(self.checksum)
    }

    /// What identifies the commit that ends with the frame of a number, counted from 1; nothing if none does.
    pub(super) fn commit(&self, number: u32) -> io::Result<Option<u128>> {
        let Some(place) = number.checked_sub(1) else { return Ok(None) };
        let frame = self.frame(place)?.filter(|frame| frame.is_commit && frame.salt == self.salt);
        Ok(frame.map(|frame| u128::from(self.salt) << 64 | u128::from(frame.checksum)))
    }

    /// The bytes of the file up to the end of a frame.
    pub(super) fn length(&self, frames: u32) -> u64 {
        HEADER + u64::from(frames) * (FRAME + self.page)
    }

    /// The bytes up to the last commit that was found.
    pub(super) fn bytes(&self) -> u64 {
        self.length(self.frames)
    }

    /// Copies the beginning of the log, up to the end of a frame.
    pub(super) fn copy(&self, frames: u32, to: &mut File) -> io::Result<()> {
        let mut buffer = vec![0; 256 << 10];
        let (mut place, end) = (0, self.length(frames));
        while place < end {
            let length = buffer.len().min((end - place) as usize);
            self.file.read_exact_at(&mut buffer[..length], place)?;
            io::Write::write_all(to, &buffer[..length])?;
            place += length as u64;
        }
        Ok(())
    }

    fn frame(&self, place: u32) -> io::Result<Option<Frame>> {
        let mut header = [0; FRAME as usize];
        match self.file.read_exact_at(&mut header, self.length(place)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let number = |at: usize| header[at..at + 8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
        Ok(Some(Frame { is_commit: number(0) & 0xffff_ffff != 0, salt: number(8), checksum: number(16) }))
    }
}

/// The size of a page, and the salt.
fn header(file: &File) -> io::Result<Option<(u64, u64)>> {
    let mut header = [0; HEADER as usize];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let number = |at: usize, length| header[at..at + length].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
    let is_log = matches!(number(0, 4), 0x377f_0682 | 0x377f_0683);
    Ok(is_log.then(|| (number(8, 4), number(16, 8))))
}
