//! The Encoding Standard (<https://encoding.spec.whatwg.org/>), and base64 as HTML's `atob` and `btoa` have it.

mod base64;
mod decode;
mod encode;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    base64::op_base64_decode,
    base64::op_base64_encode,
    decode::op_decoder_close,
    decode::op_decoder_decode,
    decode::op_decoder_new,
    decode::op_encoding_decode,
    decode::op_encoding_decode_utf8,
    decode::op_encoding_name,
    encode::op_encoding_encode,
    encode::op_encoding_encode_into,
];
