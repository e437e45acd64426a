//! Tables by numbers that are counted up here: no guest chooses them, so nobody can make them collide, and the hash need
//! not be one that withstands that. The standard library's takes a hundred instructions.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table by number.
pub(crate) type Numbered<T> = HashMap<u32, T, BuildHasherDefault<NumberHasher>>;

/// Spreads one number over all bits (Knuth's multiplicative hashing).
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(8) ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_apart_and_spread() {
        let mut table = Numbered::default();
        for number in 0..10_000 {
            table.insert(number, number * 2);
        }
        assert!((0..10_000).all(|number| table[&number] == number * 2));
        let hash = |number: u32| {
            let mut hasher = NumberHasher::default();
            hasher.write_u32(number);
            hasher.finish()
        };
        // A table of 1,024 places takes its place from the low bits, and tells neighbours apart by the high ones.
        let places: std::collections::HashSet<_> = (0..1024).map(|number| hash(number) & 1023).collect();
        let marks: std::collections::HashSet<_> = (0..1024).map(|number| hash(number) >> 57).collect();
        assert_eq!((places.len(), marks.len()), (1024, 128));
    }
}
