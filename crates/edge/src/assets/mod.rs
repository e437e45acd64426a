//! Static assets: the files of `assets.directory`, as Workers Static Assets serve them.
//!
//! <https://developers.cloudflare.com/workers/static-assets/>. The directory is walked once into a
//! manifest, and a request is only ever looked up in that: no path is made from what a client
//! sends, so none can lead out of the directory. Which file answers is then a pure question of
//! names ([`HtmlHandling`], [`NotFoundHandling`], `_redirects`), and only the answer touches the
//! disk, on threads where that may block.

mod body;
mod config;
mod decide;
mod file;
mod headers_file;
mod intent;
mod manifest;
mod paths;
mod pattern;
mod range;
mod redirects_file;
mod serve;

pub use body::AssetBody;
pub use config::{AssetsConfig, AssetsError, HtmlHandling, NotFoundHandling, RuleWarning};
pub use decide::{Answerer, RunWorkerFirst, decide};
pub use serve::{AssetOutcome, Assets};
