//! What `wrangler dev` leaves in `.wrangler/state`, read.
//!
//! miniflare keeps KV namespaces, D1 databases and R2 buckets as Durable Objects of its own: one SQLite file each, named
//! after a digest of the identifier (`names.rs`), in `v3/<product>/miniflare-<Class>Object/`. Values of KV and R2 lie
//! beside, in `v3/<product>/<identifier>/blobs/`, one file each. So an identifier leads to its files; the other way
//! there is none, and what no wrangler file names can only be counted.
//!
//! Files are copied before they are opened: SQLite writes beside a file even to read it, and a `wrangler dev` that still
//! runs must not notice.

mod names;
mod source;

pub use source::{ImportError, KvEntry, Product, R2Entry, Snapshot, WranglerState};
