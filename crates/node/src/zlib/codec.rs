//! zlib's formats, step by step, with the options that Node has.

use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Inflate, InflateError, InflateFlush, Status, Strategy};

use crate::coded::{Coded, Result};

/// What a codec does, by Node's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Deflate,
    Inflate,
    Gzip,
    Gunzip,
    DeflateRaw,
    InflateRaw,
    /// gzip or zlib, whichever comes.
    Unzip,
}

impl Mode {
    pub(super) fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Deflate,
            2 => Self::Inflate,
            3 => Self::Gzip,
            4 => Self::Gunzip,
            5 => Self::DeflateRaw,
            6 => Self::InflateRaw,
            7 => Self::Unzip,
            _ => return None,
        })
    }
}

/// How a codec is set up. The numbers are in zlib's ranges: JavaScript has checked them.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) mode: Mode,
    pub(super) level: i32,
    pub(super) window_bits: u8,
    pub(super) memory_level: i32,
    pub(super) strategy: i32,
    pub(super) dictionary: Option<Vec<u8>>,
}

/// What came of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) output: Vec<u8>,
    pub(super) consumed: usize,
    /// The output is full: there may be more.
    pub(super) again: bool,
    /// The compressed data is at its end, whatever input is left.
    pub(super) ended: bool,
}

enum Engine {
    Deflate(Box<Deflate>),
    Inflate(Box<Inflate>),
    /// Nothing has come yet that would tell gzip from zlib.
    Undecided,
}

/// A compressor or decompressor in the middle of its data.
pub(super) struct Codec {
    setup: Setup,
    mode: Mode,
    engine: Engine,
    ended: bool,
}

fn inflate(mode: Mode, window_bits: u8) -> Box<Inflate> {
    Box::new(match mode {
        Mode::InflateRaw => Inflate::new(false, window_bits.max(8)),
        Mode::Gunzip => Inflate::new(true, window_bits.max(8) + 16),
        _ => Inflate::new(true, window_bits),
    })
}

fn data_error(message: Option<&'static str>) -> Coded {
    Coded::error("Z_DATA_ERROR", message.unwrap_or("Zlib error"))
}

impl Codec {
    pub(super) fn new(setup: Setup) -> Result<Self> {
        let mut codec = Self { mode: setup.mode, setup, engine: Engine::Undecided, ended: false };
        codec.reset()?;
        Ok(codec)
    }

    /// Begins anew, for other data.
    pub(super) fn reset(&mut self) -> Result<()> {
        self.ended = false;
        self.mode = self.setup.mode;
        let setup = &self.setup;
        let bits = i32::from(setup.window_bits);
        let window_bits = match self.mode {
            Mode::Deflate => bits,
            Mode::Gzip => bits + 16,
            // A window of 256 bytes is made one of 512, as zlib does with the other formats itself.
            Mode::DeflateRaw => -bits.max(9),
            Mode::Unzip => {
                self.engine = Engine::Undecided;
                return Ok(());
            }
            mode => {
                self.engine = Engine::Inflate(inflate(mode, setup.window_bits));
                if let (Mode::InflateRaw, Engine::Inflate(engine), Some(dictionary)) =
                    (mode, &mut self.engine, &self.setup.dictionary)
                {
                    engine.set_dictionary(dictionary).map_err(|_| data_error(Some("Failed to set dictionary")))?;
                }
                return Ok(());
            }
        };
        let mut engine = Box::new(Deflate::new_with_config(DeflateConfig {
            level: setup.level,
            window_bits,
            mem_level: setup.memory_level,
            strategy: Strategy::try_from(setup.strategy).unwrap_or_default(),
            ..DeflateConfig::default()
        }));
        if let (Mode::Deflate | Mode::DeflateRaw, Some(dictionary)) = (self.mode, &setup.dictionary) {
            engine.set_dictionary(dictionary).map_err(|_| data_error(Some("Failed to set dictionary")))?;
        }
        self.engine = Engine::Deflate(engine);
        Ok(())
    }

    /// Another level for what follows.
    pub(super) fn set_level(&mut self, level: i32) -> Result<()> {
        self.setup.level = level;
        if let Engine::Deflate(engine) = &mut self.engine {
            // zlib-rs refuses a level of another algorithm in the middle of data. It is a hint: the old one goes on.
            let _ = engine.set_level(level);
        }
        Ok(())
    }

    /// Takes input and gives at most `room` bytes of output. `flush` is zlib's number.
    pub(super) fn step(&mut self, input: &[u8], flush: i32, room: usize) -> Result<Step> {
        if let (Engine::Undecided, Some(first)) = (&self.engine, input.first()) {
            // No zlib header begins with gzip's first byte.
            self.mode = if *first == 0x1f { Mode::Gunzip } else { Mode::Inflate };
            self.engine = Engine::Inflate(inflate(self.mode, self.setup.window_bits));
        }
        let mut output = vec![0; room];
        let (consumed, written) = match &mut self.engine {
            Engine::Undecided if flush == 4 => return Err(Coded::error("Z_BUF_ERROR", "unexpected end of file")),
            Engine::Undecided => (0, 0),
            Engine::Deflate(engine) => {
                let (before_in, before_out) = (engine.total_in(), engine.total_out());
                let flush = DeflateFlush::try_from(flush).unwrap_or_default();
                let status = engine
                    .compress(input, &mut output, flush)
                    .map_err(|_| Coded::error("Z_STREAM_ERROR", "Zlib error"))?;
                self.ended = status == Status::StreamEnd;
                ((engine.total_in() - before_in) as usize, (engine.total_out() - before_out) as usize)
            }
            Engine::Inflate(_) => self.inflate(input, &mut output, flush)?,
        };
        let full = written == room;
        output.truncate(written);
        if flush == 4 && !full && !self.ended {
            return Err(Coded::error("Z_BUF_ERROR", "unexpected end of file"));
        }
        Ok(Step { output, consumed, again: full && !self.ended, ended: self.ended })
    }

    fn inflate(&mut self, input: &[u8], output: &mut [u8], flush: i32) -> Result<(usize, usize)> {
        let (mut consumed, mut written) = (0, 0);
        let flush = match flush {
            4 => InflateFlush::Finish,
            5 => InflateFlush::Block,
            2 | 3 => InflateFlush::SyncFlush,
            _ => InflateFlush::NoFlush,
        };
        loop {
            if self.ended {
                // Of gzip another member may follow; zeros, and what comes after them, are padding.
                match input.get(consumed) {
                    Some(next) if self.mode == Mode::Gunzip && *next != 0 => {
                        self.engine = Engine::Inflate(inflate(self.mode, self.setup.window_bits));
                        self.ended = false;
                    }
                    _ => return Ok((consumed, written)),
                }
            }
            let Engine::Inflate(engine) = &mut self.engine else { return Ok((consumed, written)) };
            let (before_in, before_out) = (engine.total_in(), engine.total_out());
            let outcome = engine.decompress(&input[consumed..], &mut output[written..], flush);
            consumed += (engine.total_in() - before_in) as usize;
            written += (engine.total_out() - before_out) as usize;
            match outcome {
                Ok(Status::StreamEnd) => self.ended = true,
                Ok(_) => return Ok((consumed, written)),
                Err(InflateError::NeedDict { .. }) => {
                    let Some(dictionary) = &self.setup.dictionary else {
                        return Err(Coded::error("Z_NEED_DICT", "Missing dictionary"));
                    };
                    engine.set_dictionary(dictionary).map_err(|_| Coded::error("Z_NEED_DICT", "Bad dictionary"))?;
                }
                Err(InflateError::MemError) => return Err(Coded::error("Z_MEM_ERROR", "Zlib error")),
                Err(InflateError::StreamError) => return Err(Coded::error("Z_STREAM_ERROR", "Zlib error")),
                Err(InflateError::DataError) => return Err(data_error(engine.error_message())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(mode: Mode) -> Setup {
        Setup { mode, level: 6, window_bits: 15, memory_level: 8, strategy: 0, dictionary: None }
    }

    fn run(setup: Setup, input: &[u8], flush: i32, room: usize) -> Result<Vec<u8>> {
        let mut codec = Codec::new(setup)?;
        let (mut output, mut at) = (Vec::new(), 0);
        loop {
            let step = codec.step(&input[at..], flush, room)?;
            output.extend(step.output);
            at += step.consumed;
            if !step.again {
                return Ok(output);
            }
        }
    }

    fn pack(mode: Mode, data: &[u8]) -> Vec<u8> {
        run(setup(mode), data, 4, 64).unwrap()
    }

    #[test]
    fn all_formats_round_trip() {
        let data = b"hello, hello, hello, and hello again".repeat(100);
        for (pack_mode, unpack_mode) in [
            (Mode::Deflate, Mode::Inflate),
            (Mode::Gzip, Mode::Gunzip),
            (Mode::DeflateRaw, Mode::InflateRaw),
            (Mode::Gzip, Mode::Unzip),
            (Mode::Deflate, Mode::Unzip),
        ] {
            assert_eq!(run(setup(unpack_mode), &pack(pack_mode, &data), 4, 100).unwrap(), data, "{pack_mode:?}");
        }
        for (strategy, memory_level, level, window_bits) in [(2, 1, 9, 9), (3, 9, 1, 8), (4, 5, 0, 15), (1, 8, -1, 12)]
        {
            let own = |mode| Setup { strategy, memory_level, level, window_bits, ..setup(mode) };
            let packed = run(own(Mode::DeflateRaw), &data, 4, 100).unwrap();
            assert_eq!(run(setup(Mode::InflateRaw), &packed, 4, 100).unwrap(), data);
        }
    }

    #[test]
    fn members_follow_each_other_and_padding_does_not_count() {
        let one = pack(Mode::Gzip, b"one");
        let two = pack(Mode::Gzip, b"two");
        assert_eq!(run(setup(Mode::Gunzip), &[&one[..], &two].concat(), 4, 2).unwrap(), b"onetwo");
        assert_eq!(run(setup(Mode::Gunzip), &[&one[..], &[0; 5], b"x"].concat(), 4, 64).unwrap(), b"one");
        assert!(run(setup(Mode::Gunzip), &[&one[..], b"x"].concat(), 4, 64).is_err());
        let zlib = pack(Mode::Deflate, b"one");
        assert_eq!(run(setup(Mode::Inflate), &[&zlib[..], b"x"].concat(), 4, 64).unwrap(), b"one");
    }

    #[test]
    fn dictionaries_have_to_match() {
        let with =
            |mode, dictionary: Option<&[u8]>| Setup { dictionary: dictionary.map(<[u8]>::to_vec), ..setup(mode) };
        for (pack_mode, unpack_mode) in [(Mode::Deflate, Mode::Inflate), (Mode::DeflateRaw, Mode::InflateRaw)] {
            let packed = run(with(pack_mode, Some(b"hello")), b"hello hello", 4, 64).unwrap();
            assert_eq!(run(with(unpack_mode, Some(b"hello")), &packed, 4, 64).unwrap(), b"hello hello");
        }
        let packed = run(with(Mode::Deflate, Some(b"hello")), b"hello hello", 4, 64).unwrap();
        let code = |dictionary| run(with(Mode::Inflate, dictionary), &packed, 4, 64).unwrap_err().code();
        assert_eq!(code(None), "Z_NEED_DICT");
        assert_eq!(code(Some(b"other")), "Z_NEED_DICT");
    }

    #[test]
    fn bad_and_cut_data_is_told() {
        let packed = pack(Mode::Deflate, &[7; 1000]);
        let error = run(setup(Mode::Inflate), b"garbage", 4, 64).unwrap_err();
        assert_eq!((error.code(), error.to_string()), ("Z_DATA_ERROR", "incorrect header check".to_owned()));
        assert_eq!(run(setup(Mode::Inflate), &packed[..8], 4, 2000).unwrap_err().code(), "Z_BUF_ERROR");
        assert!(run(setup(Mode::Inflate), &packed[..packed.len() - 1], 2, 2000).is_ok());
        assert_eq!(run(setup(Mode::Unzip), b"", 4, 64).unwrap_err().code(), "Z_BUF_ERROR");
    }
}
