//! What HTTP and hosted say of caching, as functions of plain data (RFC 9111,
//! <https://developers.cloudflare.com/cache/concepts/cache-control/>).

mod answer;
mod directives;
mod lifetime;
mod ranges;
mod wishes;

pub use answer::{Answer, answer, merge, not_modified_conditions};
pub use lifetime::{Keep, keep, keep_for};
pub use wishes::{Refusal, Wishes};
