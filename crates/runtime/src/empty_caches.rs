//! Gives the memory of an isolate's stub caches back while they are empty.
//!
//! V8 makes each isolate three tables of 120 KB for the properties of megamorphic sites, and writes every entry of them to
//! say that it is free. Most Workers never fill a tenth of that, and V8 empties them with each collection of the whole heap.
//! In an isolate of two megabytes they are a fifth, and V8 has no setting for them.
//!
//! An entry is as free if it is all zeros (`ic/stub-cache.cc`): a key of zero is no name, and a map of zero is what V8 itself
//! puts there. So the system may have these pages back (`MADV_DONTNEED`): those that are needed again are zeros by then. It
//! is done when an isolate was made, and when it is put to rest.
//!
//! V8 does not say where they are. But its generated code finds them by addresses at the beginning of the isolate (the
//! external references in its `IsolateData`): of each table those of the first key, handler and map of its two parts, one
//! after the other. Eighteen words in a row with these distances are nothing else, and no other pointer is followed. Then
//! each table has to name its isolate, and all its entries have to be free. So after an update of V8 nothing may be found,
//! which costs memory and nothing else; a test notices.
//!
//! Dropped: to look at whatever large block the isolate points to, as WebAssembly's table of 48 KB is another. Some of
//! an isolate's words are from what its memory was before, and such a block is not there any more. To have the tables share
//! pages that are written once, as copies of a file: their entries hold an address of the isolate's own heap, and each table
//! would be another mapping, of which a process has 65,530.
#![allow(unsafe_code)]

use selvedge_ops::v8;

const WORD: usize = size_of::<usize>();

/// The words of an entry: a key, a handler, a map.
const ENTRY: usize = 3;

/// How many words the entries of the first part have, and those of both. After them is the isolate's address.
const FIRST: usize = 4096 * ENTRY;
const BOTH: usize = FIRST + 1024 * ENTRY;

/// How many there are: for loads, for stores, and for definitions.
const CACHES: usize = 3;

/// How many references there are to one.
const REFERENCES: usize = 2 * ENTRY;

/// Within how many words from the isolate's beginning the references are. It is more than twice as large.
const SEARCHED: usize = 4096;

/// The caches' addresses, if these words are the references to them.
fn caches(words: &[usize]) -> Option<[usize; CACHES]> {
    let mut found = [0; CACHES];
    for (cache, references) in found.iter_mut().zip(words.chunks_exact(REFERENCES)) {
        *cache = *references.first()?;
        let expected = [0, 1, 2, FIRST, FIRST + 1, FIRST + 2].map(|word| cache.wrapping_add(word * WORD));
        if *cache == 0 || references != expected {
            return None;
        }
    }
    Some(found)
}

/// Gives the memory of an isolate's empty caches back to the system, between two turns. How many bytes were given.
/// None on other systems than Linux, where that makes no zeros.
pub(crate) fn release(isolate: &mut v8::Isolate) -> usize {
    if cfg!(not(target_os = "linux")) {
        return 0;
    }
    // SAFETY: the type holds the address of V8's isolate and nothing else.
    let isolate: *const usize = unsafe { std::mem::transmute(isolate.as_raw_isolate_ptr()) };
    // SAFETY: the isolate is larger than that. Volatile, as it is not Rust's, and V8 may be writing some of it.
    let words: Vec<usize> = (0..SEARCHED).map(|word| unsafe { isolate.add(word).read_volatile() }).collect();
    let found = words.windows(CACHES * REFERENCES).find_map(caches);
    found.into_iter().flatten().map(|cache| release_one(isolate.with_addr(cache), isolate.addr())).sum()
}

/// The size of a page.
fn page() -> usize {
    // SAFETY: it takes any number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Gives one cache's memory back if it is empty.
fn release_one(cache: *const usize, isolate: usize) -> usize {
    // SAFETY: V8's code reads and writes what is at the references, whose distances are those of a cache's entries; one
    // word more is the isolate's, and within the same allocation as an object has one. Nobody else writes it between turns.
    let words = unsafe { std::slice::from_raw_parts(cache, BOTH + 1) };
    let Some((owner, entries)) = words.split_last() else { return 0 };
    let (first, _) = entries.split_at(ENTRY);
    let is_free = first[0] != 0 && first[1] != 0 && first[2] == 0;
    if *owner != isolate || !is_free || !entries.chunks_exact(ENTRY).all(|entry| entry == first) {
        return 0;
    }
    let (page, end) = (page(), cache.addr() + BOTH * WORD);
    let Some(begin) = cache.addr().checked_next_multiple_of(page) else { return 0 };
    let bytes = (end / page * page).saturating_sub(begin);
    // SAFETY: whole pages of the entries, which may be zeros: see the module's documentation.
    let given = unsafe { libc::madvise(cache.with_addr(begin).cast_mut().cast(), bytes, libc::MADV_DONTNEED) == 0 };
    if given { bytes } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initialize_v8;

    /// Reads and writes properties of more shapes than a site remembers, which goes through the caches.
    const MEGAMORPHIC: &str = "
        const objects = Array.from({ length: 200 }, (_, index) => ({ [`of${index}`]: 0, value: index }));
        const add = (sum, object) => (object.last = sum, sum + object.value);
        Array.from({ length: 50 }, () => objects.reduce(add, 0)).at(-1)";

    fn run(isolate: &mut v8::OwnedIsolate) {
        v8::scope!(let scope, isolate);
        let context = v8::Context::new(scope, v8::ContextOptions::default());
        let scope = &mut v8::ContextScope::new(scope, context);
        let source = v8::String::new(scope, MEGAMORPHIC).unwrap();
        let script = v8::Script::compile(scope, source, None).unwrap();
        assert_eq!(script.run(scope).unwrap().int32_value(scope), Some(199 * 200 / 2));
    }

    #[test]
    fn empty_caches_are_found_and_work_afterwards() {
        let _token = initialize_v8();
        let isolate = &mut v8::Isolate::new(v8::CreateParams::default());
        let all = release(isolate);
        assert!(all >= CACHES * (BOTH * WORD).saturating_sub(2 * page()), "{all}: were all of them found?");
        assert!(all > 0 || page() > 4096);
        assert_eq!(release(isolate), 0, "they are zeros");
        run(isolate);
        assert_eq!(release(isolate), 0, "those in use are left alone");
        isolate.low_memory_notification();
        assert_eq!(release(isolate), all, "a collection empties them");
        run(isolate);
    }

    #[test]
    fn references_are_told_by_their_distances() {
        let of = |cache: usize| [0, 1, 2, FIRST, FIRST + 1, FIRST + 2].map(|word| cache + word * WORD);
        let words = [of(1 << 20), of(2 << 20), of(3 << 20)].concat();
        assert_eq!(caches(&words), Some([1 << 20, 2 << 20, 3 << 20]));
        for index in 0..words.len() {
            let mut other = words.clone();
            other[index] += WORD;
            assert_eq!(caches(&other), None, "{index}");
        }
        assert_eq!(caches(&[0; CACHES * REFERENCES]), None);
    }
}
