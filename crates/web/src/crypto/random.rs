//! Randomness: AWS-LC's generator, seeded by the operating system and safe across forks.

use aws_lc_rs::rand;
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::error::{CryptoError, Result};

/// Fills `bytes`.
///
/// # Errors
/// When the system has no randomness to give.
pub fn fill(bytes: &mut [u8]) -> Result<()> {
    rand::fill(bytes).map_err(|_| CryptoError::operation("The system's random number generator failed."))
}

/// The same generator for the `rsa` crate.
#[derive(Debug)]
pub struct Random;

impl TryRng for Random {
    type Error = CryptoError;

    fn try_next_u32(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<()> {
        fill(bytes)
    }
}

impl TryCryptoRng for Random {}
