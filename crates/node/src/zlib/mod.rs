//! `node:zlib` (<https://nodejs.org/api/zlib.html>): the codecs beneath `js/node/zlib.js`.
//!
//! A codec gives its output in pieces of the size that JavaScript asks for, so that a small input that expands to
//! gigabytes meets `maxOutputLength`, the memory limit or the watchdog between two of them.

mod brotli;
mod codec;
mod ops;

use selvedge_ops::OpDecl;

/// The ops of this module.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_node_zlib_new,
    ops::op_node_brotli_new,
    ops::op_node_zlib_write,
    ops::op_node_zlib_reset,
    ops::op_node_zlib_params,
    ops::op_node_zlib_close,
    ops::op_node_zlib_crc32,
];
