//! The modules of Node.js that a Worker may import under `nodejs_compat`
//! (<https://developers.cloudflare.com/workers/runtime-apis/nodejs/>).
//!
//! They are not in the startup snapshot, as most Workers use none of them: a module is loaded when a Worker first
//! imports it, from sources outside of every heap and a code cache that the process makes once
//! ([`selvedge_runtime::Builtins`]). A Worker without the flag pays nothing.
//!
//! What is pure JavaScript comes from npm packages that others keep well: `readable-stream` is Node's own streams,
//! `buffer` and `string_decoder` are what bundlers have used for a decade, `unenv` is what wrangler itself fills gaps
//! with. Writing those again would be thousands of lines of somebody else's details. They are named in `package.json`,
//! pinned by `package-lock.json`, installed by `npm ci` when the crate is built, and bundled with our own `js/` by
//! esbuild (`build.rs`, `bundle.mjs`), so that nothing of them is in this repository. What the packages lack, or do
//! otherwise than Node, is written in `js/`; what needs the system is an op. Their licences are in
//! `docs/third-party.md`.
//!
//! # How to add a module
//!
//! 1. `js/node/NAME.js` is `node:NAME` (`js/node/fs/promises.js` is `node:fs/promises`): named exports, and a default
//!    export that has them all, as in Node. It is found by the build and may be imported by Workers at once. Helpers go
//!    to `js/internal/`. There is no other list.
//! 2. It may import `selvedge:ops`, any `selvedge:web/...` module (the instance that is in the snapshot), other
//!    built-ins as `node:NAME`, files of ours by relative path, and npm packages by name. Intrinsics and the web's
//!    classes are imported, never taken from `globalThis`, which is the guest's.
//! 3. Ops are in `src/NAME.rs` with an `OPS` that is listed below. They are made for a module that names them, when it
//!    is loaded.
//! 4. No module does anything at its top level but define: it may be evaluated at global scope, where there is no
//!    invocation, or in the middle of a request.
//! 5. Its row in `docs/nodejs.md`, and its test: a script in `crates/selvedge/tests/e2e/nodejs` that shows values, and
//!    what Node.js shows for it.

mod buffer;
mod coded;
mod compat;
mod crypto;
mod dns;
mod fs;
mod load;
mod zlib;

pub use compat::{NodeCompat, NodeLevel};
pub use dns::NameServers;

use selvedge_ops::OpDecl;
use selvedge_runtime::{Extension, InternalModule};

const MODULES: &[InternalModule] = include!(concat!(env!("OUT_DIR"), "/js_modules.rs"));

const OPS: [&[OpDecl]; 6] = [buffer::OPS, crypto::OPS, dns::OPS, fs::OPS, load::OPS, zlib::OPS];

/// The internal module that puts what the flag gives onto the global object.
pub const GLOBALS: &str = "selvedge:node/globals.js";

/// The ops and the JavaScript of this crate.
pub fn extension() -> Extension {
    Extension { name: "node", ops: OPS.concat(), modules: MODULES }
}
