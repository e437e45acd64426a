//! Which Worker a URL belongs to.
//!
//! The rules are those of wrangler's `routes`:
//! <https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior>.
//! They are pure: a [`RouteTable`] is built once from [`RoutePattern`]s, and asked for each
//! request.

mod pattern;
mod table;

pub use pattern::{RouteError, RoutePattern};
pub use table::RouteTable;
