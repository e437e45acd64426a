//! HTMLRewriter (<https://developers.cloudflare.com/workers/runtime-apis/html-rewriter/>), on the parser that hosted
//! uses, lol_html.
//!
//! lol_html calls its handlers in the middle of parsing and goes on when they return, while a Worker's handlers may be
//! asynchronous. Hosted runs the parser on a fiber, a stack of its own that waits. Here the same input is parsed twice:
//!
//! 1. The first pass ([`record`]) writes down each token that some handler is to see, in an array of numbers and one
//!    string for a whole piece of the input ([`tape`]), and puts out nothing.
//! 2. JavaScript walks over them and calls the Worker's handlers, waiting where one gives a promise. An element's name
//!    and attributes are JavaScript's own meanwhile; what a handler does to a token is noted as commands ([`command`]).
//! 3. The second pass ([`rewrite`]) parses the same piece with the same selectors, meets the same tokens in the same
//!    order, and does what was noted to the real ones. All serialization is lol_html's.
//!
//! This is sound because a handler cannot influence what is parsed: selectors are matched before handlers run and see
//! the page as it came. Two things follow from what handlers do, and JavaScript works them out: which end tags have a
//! handler (the first pass writes down the end tags of all matched elements), and that elements within removed content
//! count as removed.
//!
//! The price is a second parse, of a few milliseconds for a megabyte. The gain is that no token costs a crossing: a
//! piece of 128 KiB costs two ops, however many handlers it has, and a handler that reads and sets attributes none.
//!
//! Dropped: calling JavaScript from within lol_html's handlers (a promise cannot be awaited there, and a token would
//! have to be lent to ops by pointer); a thread for each rewriting, that waits (two thread hops a token, and a thread
//! for each response in flight); a fiber library (stacks that V8 does not know, and code that resumes on another
//! thread than it began on).

mod command;
mod ops;
mod plan;
mod record;
mod rewrite;
mod rewriting;
mod selector;
mod tape;

pub(crate) use ops::OPS;
