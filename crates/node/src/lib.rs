//! Node.js modules (placeholder of the crate's documentation).
