//! A map of headers, used again.
//!
//! A map allocates twice for its first header. Each request comes with one, hyper's, which nobody needs any more once the
//! event has ended; each response wants one, which hyper takes over for a later request. So a thread keeps the last that was
//! left over for its next response, and neither allocates.

use std::cell::Cell;

use http::HeaderMap;

/// A map with room for more than this is not kept: few responses have so many headers.
const MOST: usize = 64;

thread_local! {
    static SPARE: Cell<Option<HeaderMap>> = const { Cell::new(None) };
}

/// An empty map.
pub(crate) fn take() -> HeaderMap {
    // A thread that ends has none any more.
    SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

/// Takes back a map that nobody needs any more.
pub(crate) fn give_back(mut map: HeaderMap) {
    if (1..=MOST).contains(&map.capacity()) {
        map.clear();
        let _ = SPARE.try_with(|spare| spare.set(Some(map)));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::{COOKIE, HOST};

    use super::*;

    #[test]
    fn what_was_given_back_is_empty() {
        let mut map = HeaderMap::new();
        map.append(COOKIE, HeaderValue::from_static("secret"));
        map.append(COOKIE, HeaderValue::from_static("other"));
        map.insert(HOST, HeaderValue::from_static("a"));
        let room = map.capacity();
        give_back(map);
        let mut again = take();
        assert_eq!((again.len(), again.capacity()), (0, room));
        assert!(!again.contains_key(COOKIE) && again.iter().next().is_none());
        again.insert(HOST, HeaderValue::from_static("b"));
        assert_eq!(again.get_all(HOST).iter().collect::<Vec<_>>(), ["b"]);
        assert_eq!(take().capacity(), 0, "it was taken");
    }

    #[test]
    fn a_large_one_is_not_kept() {
        give_back(HeaderMap::with_capacity(1000));
        assert_eq!(take().capacity(), 0);
    }
}
