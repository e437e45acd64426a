//! Masking (RFC 6455, section 5.3).

/// Masks or unmasks bytes that begin at `offset` of a frame's payload.
pub(crate) fn apply(bytes: &mut [u8], key: [u8; 4], offset: usize) {
    let mut key = key;
    key.rotate_left(offset & 3);
    let [a, b, c, d] = key;
    let word = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for chunk in words {
        *chunk = (u64::from_ne_bytes(*chunk) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_meets_its_own_byte_of_the_key() {
        let key = [1, 2, 3, 4];
        for length in 0..40 {
            for offset in 0..9 {
                let mut bytes = vec![0; length];
                apply(&mut bytes, key, offset);
                let expected: Vec<u8> = (0..length).map(|index| key[(offset + index) % 4]).collect();
                assert_eq!(bytes, expected);
            }
        }
    }
}
