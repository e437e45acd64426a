//! What can be chosen about assets, and what can be wrong with them.

use std::fmt;
use std::path::PathBuf;

/// How requests for HTML pages and their trailing slashes are handled: `assets.html_handling`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HtmlHandling {
    /// `auto-trailing-slash`: `/foo.html` is served at `/foo`, `/foo/index.html` at `/foo/`.
    #[default]
    AutoTrailingSlash,
    /// `force-trailing-slash`: both at `/foo/`.
    ForceTrailingSlash,
    /// `drop-trailing-slash`: both at `/foo`.
    DropTrailingSlash,
    /// `none`: each at its own name.
    None,
}

/// What answers when no asset matches: `assets.not_found_handling`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotFoundHandling {
    /// `none`
    #[default]
    None,
    /// `404-page`: the nearest `404.html`, with status 404.
    Page404,
    /// `single-page-application`: `/index.html`, with status 200.
    SinglePageApplication,
}

/// The `assets` table of a wrangler file, as far as serving them depends on it.
#[derive(Clone, Debug, Default)]
pub struct AssetsConfig {
    /// `html_handling`
    pub html_handling: HtmlHandling,
    /// `not_found_handling`
    pub not_found_handling: NotFoundHandling,
    /// The compatibility flag `assets_navigation_prefers_asset_serving` (on from 2025-04-01): a
    /// browser's navigation (`Sec-Fetch-Mode: navigate`) to a URL without an asset gets the
    /// not-found handling rather than the Worker.
    pub navigation_prefers_assets: bool,
    /// Whether `run_worker_first` is a list of paths: then what it does not name is the assets' in full, with
    /// [`AssetsConfig::not_found_handling`] (<https://developers.cloudflare.com/workers/static-assets/routing/worker-script/>).
    pub has_static_routing: bool,
}

/// Why a directory cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// It, or something in it, cannot be read.
    #[error("cannot read {}: {cause}; check assets.directory and that this user may read it", path.display())]
    Unreadable {
        /// What cannot be read.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It is not a directory.
    #[error("assets.directory {} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// It holds too many files.
    #[error("maximum number of assets exceeded: up to {max} files are supported, and {} holds more; list what should not be served in its .assetsignore", directory.display())]
    TooMany {
        /// The directory.
        directory: PathBuf,
        /// How many it may hold.
        max: usize,
    },
    /// One of its files is too large.
    #[error("asset too large: files of up to 25 MiB are supported, and {} has {:.1} MiB; make it smaller, or list it in .assetsignore", path.display(), *bytes as f64 / 1_048_576.0)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It holds server code.
    #[error("{} would be served to everybody as an asset; if it is private server-side code, list it in .assetsignore, and if it is public, rename it", .0.display())]
    WorkerScript(PathBuf),
    /// Its `.assetsignore` is not valid.
    #[error("{}: {cause}", path.display())]
    Ignore {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        cause: String,
    },
}

/// A line of `_headers` or `_redirects` that is not a rule, or of a file that cannot be served. It
/// is left out, and the rest holds.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleWarning {
    /// `_headers`, `_redirects`, or the file left out.
    pub file: String,
    /// The line, from 1; none where the file is meant.
    pub line: Option<usize>,
    /// What is wrong, in wrangler's words.
    pub message: String,
}

impl fmt::Display for RuleWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
