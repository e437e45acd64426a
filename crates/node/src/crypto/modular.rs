//! Arithmetic with large numbers: Diffie-Hellman, RSA without a padding library, primes.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use crypto_primes::{Flavor, is_prime, random_prime};
use rsa::rand_core::UnwrapErr;
use selvedge_web::crypto::{Random, fill};
use zeroize::Zeroizing;

use crate::coded::{Coded, Result};

/// The largest modulus of Diffie-Hellman, in bits: OpenSSL's.
pub(crate) const MOST_BITS: usize = 10_000;

/// The largest prime that is made or judged, in bits. Making one of these takes seconds.
const MOST_PRIME_BITS: usize = 4096;

fn invalid(message: &'static str) -> Coded {
    Coded::error("ERR_CRYPTO_OPERATION_FAILED", message)
}

fn number(bytes: &[u8], bits: u32) -> Result<BoxedUint> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    BoxedUint::from_be_slice(&bytes[first..], bits).map_err(|_| invalid("A number is too large."))
}

/// A number's bits, rounded up to whole words.
fn precision(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len().max(1) * 8).unwrap_or(u32::MAX).next_multiple_of(64)
}

/// `base` to the power of `exponent`, modulo `modulus`, as long as the modulus; the time depends on neither base nor
/// exponent.
pub(crate) fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Result<Vec<u8>> {
    let first = modulus.iter().position(|byte| *byte != 0).unwrap_or(modulus.len());
    let modulus = &modulus[first..];
    if modulus.len() * 8 > MOST_BITS || base.len() > 2 * MOST_BITS / 8 || exponent.len() > MOST_BITS / 8 {
        return Err(invalid("A number is too large."));
    }
    let bits = precision(modulus);
    let odd = Odd::new(number(modulus, bits)?);
    let Some(odd) = Option::<Odd<BoxedUint>>::from(odd) else {
        return Err(invalid("The modulus is even."));
    };
    if odd.as_ref() == &BoxedUint::one_with_precision(bits) {
        return Ok(vec![0; modulus.len()]);
    }
    let params = BoxedMontyParams::new(odd.clone());
    let wide = number(base, precision(base).max(bits))?;
    let modulus_wide = number(modulus, precision(base).max(bits))?;
    let Some(divisor) = Option::<crypto_bigint::NonZero<BoxedUint>>::from(crypto_bigint::NonZero::new(modulus_wide))
    else {
        return Err(invalid("The modulus is zero."));
    };
    let reduced = wide.rem(&divisor).to_be_bytes();
    let form = BoxedMontyForm::new(number(&reduced, bits)?, &params);
    let result = form.pow(&number(exponent, precision(exponent))?).retrieve().to_be_bytes();
    Ok(result[result.len() - modulus.len()..].to_vec())
}

/// A new private key for Diffie-Hellman: a random number below the modulus.
pub(crate) fn private_key(prime: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let first = prime.iter().position(|byte| *byte != 0).unwrap_or(prime.len());
    let prime = &prime[first..];
    let mut key = Zeroizing::new(vec![0; prime.len()]);
    fill(&mut key)?;
    // One bit less than the prime has: below it, and of its length.
    if let (Some(top), Some(byte)) = (prime.first(), key.first_mut()) {
        *byte &= u8::MAX.checked_shr(top.leading_zeros() + 1).unwrap_or(0);
    }
    Ok(key)
}

fn too_large(bits: usize) -> Result<()> {
    if bits <= MOST_PRIME_BITS {
        return Ok(());
    }
    Err(Coded::range_error(
        "ERR_OUT_OF_RANGE",
        format!("The prime's size is out of range. It must be at most {MOST_PRIME_BITS} bits. Received {bits}"),
    ))
}

/// Whether a number is prime (Baillie-PSW).
pub(crate) fn check_prime(candidate: &[u8]) -> Result<bool> {
    let first = candidate.iter().position(|byte| *byte != 0).unwrap_or(candidate.len());
    let candidate = &candidate[first..];
    too_large(candidate.len() * 8)?;
    Ok(is_prime(Flavor::Any, &number(candidate, precision(candidate))?))
}

/// A new prime of exactly `bits` bits, big-endian. With `add`, one that leaves the remainder `rem` (or 1) when it is
/// divided by `add`.
pub(crate) fn generate_prime(bits: u32, safe: bool, add: Option<&[u8]>, rem: Option<&[u8]>) -> Result<Vec<u8>> {
    too_large(bits as usize)?;
    // The sieve needs a few bits more than the smallest primes have.
    if bits < 16 {
        return small_prime(bits, safe, add.is_some());
    }
    let flavor = if safe { Flavor::Safe } else { Flavor::Any };
    let length = bits.div_ceil(8) as usize;
    let Some(add) = add else {
        // Its generator may not fail. AWS-LC's does so only where the system itself has no randomness.
        let prime: BoxedUint = random_prime(&mut UnwrapErr(Random), flavor, bits);
        return Ok(tail(&prime, length));
    };
    let precision = bits.next_multiple_of(64);
    let add = number(add, precision)?;
    let rem = match rem {
        Some(rem) => number(rem, precision)?,
        None => BoxedUint::one_with_precision(precision),
    };
    let Some(divisor) = Option::<crypto_bigint::NonZero<BoxedUint>>::from(crypto_bigint::NonZero::new(add)) else {
        return Err(Coded::range_error("ERR_OUT_OF_RANGE", "invalid options.add"));
    };
    if rem >= *divisor.as_ref() || divisor.bit_width() > bits {
        return Err(Coded::range_error("ERR_OUT_OF_RANGE", "invalid options.rem"));
    }
    // About one number in bits * ln 2 is prime; one among these is there but for a divisor that shares a factor.
    for _ in 0..bits * 64 {
        let mut bytes = vec![0; length];
        fill(&mut bytes)?;
        let unused = (length * 8) as u32 - bits;
        bytes[0] = (bytes[0] & (0xff >> unused)) | (0x80 >> unused);
        let start = number(&bytes, precision)?;
        let candidate = start.wrapping_sub(start.rem(&divisor)).wrapping_add(&rem);
        if candidate.bit_width() == bits && is_prime(flavor, &candidate) {
            return Ok(tail(&candidate, length));
        }
    }
    Err(Coded::range_error("ERR_OUT_OF_RANGE", "no prime was found for options.add and options.rem"))
}

fn tail(number: &BoxedUint, length: usize) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    bytes[bytes.len() - length..].to_vec()
}

/// A prime of fewer than 16 bits: one of a list that is made at once.
fn small_prime(bits: u32, safe: bool, restricted: bool) -> Result<Vec<u8>> {
    let prime = |n: u32| n >= 2 && (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    let all: Vec<u32> = (1u32 << bits.saturating_sub(1)..1 << bits)
        .filter(|n| prime(*n) && (!safe || (n % 2 == 1 && prime((n - 1) / 2))))
        .collect();
    if all.is_empty() || restricted {
        return Err(Coded::error("ERR_OSSL_BN_BITS_TOO_SMALL", "error:01800076:bignum routines::bits too small"));
    }
    let mut random = [0; 4];
    fill(&mut random)?;
    let chosen = all[u32::from_be_bytes(random) as usize % all.len()];
    Ok(chosen.to_be_bytes()[4 - bits.div_ceil(8) as usize..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers() {
        assert_eq!(power(&[3], &[5], &[7]).unwrap(), [5]);
        assert_eq!(power(&[1, 0], &[1], &[0, 251]).unwrap(), [5]);
        assert_eq!(power(&[2; 40], &[0], &[0xff, 0x01]).unwrap(), [0, 1]);
        assert!(power(&[3], &[5], &[8]).is_err());
        assert!(power(&[3], &[5], &[0]).is_err());
        assert!(power(&[3], &[5], &[0xff; 1300]).is_err());
    }

    #[test]
    fn primes() {
        assert!(check_prime(&[0, 7]).unwrap());
        assert!(!check_prime(&[9]).unwrap());
        assert!(!check_prime(&[]).unwrap());
        assert!(check_prime(&[0xff; 513]).is_err());
        for bits in [2, 3, 8, 15, 16, 17, 64, 65, 256] {
            let prime = generate_prime(bits, false, None, None).unwrap();
            assert_eq!(prime.len() as u32 * 8 - prime[0].leading_zeros(), bits);
            assert!(check_prime(&prime).unwrap(), "{prime:?}");
        }
        let prime = generate_prime(64, false, Some(&[12]), Some(&[11])).unwrap();
        let value = u64::from_be_bytes(prime.try_into().unwrap());
        assert_eq!(value % 12, 11);
        assert!(generate_prime(1, false, None, None).is_err());
        assert!(generate_prime(128, false, Some(&[12]), Some(&[6])).is_err());
    }
}
