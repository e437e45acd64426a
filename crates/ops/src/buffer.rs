//! Byte buffers across the door.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ptr::NonNull;

use bytes::Bytes;

use crate::{FromV8, IntoV8, OpError};

/// Bytes given to JavaScript as a `Uint8Array`, without a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buffer(pub Vec<u8>);

impl Buffer {
    /// As many bytes as `write` writes, which has to be all of them: until then they are whatever the memory held before.
    /// To zero them first takes an eighth of the time of encrypting them.
    ///
    /// # Errors
    /// What `write` gives; the bytes are dropped.
    pub fn written<E>(length: usize, write: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let mut bytes = Vec::<u8>::with_capacity(length);
        // SAFETY: `length` bytes are the vector's own. Nothing reads them before `write` has written them: it is code of
        // ours that hands them to a cipher as its output, which is written and not read.
        let output = unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr(), length) };
        write(output)?;
        // SAFETY: `write` has written them all.
        unsafe { bytes.set_len(length) };
        Ok(bytes)
    }
}

impl<'s> IntoV8<'s> for Buffer {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let length = self.0.len();
        let store = v8::ArrayBuffer::new_backing_store_from_vec(self.0).make_shared();
        let buffer = v8::ArrayBuffer::with_backing_store(scope, &store);
        let array = v8::Uint8Array::new(scope, buffer, 0, length)
            .ok_or_else(|| OpError::range_error("Array buffer allocation failed"))?;
        Ok(array.into())
    }
}

/// Fewer bytes than this are copied where they might be shared: to count who has them costs as much.
const WORTH_SHARING: usize = 4096;

/// The bytes of a view that JavaScript of ours passed and will neither write to nor show to anybody who might: shared with it
/// if they are many, and copied else. They outlive the isolate.
#[derive(Clone, Debug)]
pub struct FrozenBytes(pub Bytes);

/// A part of a buffer's memory.
struct Part {
    store: v8::SharedRef<v8::BackingStore>,
    begin: usize,
    length: usize,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        let Some(data) = self.store.data() else { return &[] };
        // SAFETY: the view was within the buffer, whose memory `store` keeps; buffers that may shrink are copied. Nobody writes
        // to it, as who makes `FrozenBytes` promises.
        unsafe { std::slice::from_raw_parts(data.as_ptr().cast::<u8>().add(self.begin), self.length) }
    }
}

impl<'s> FromV8<'s> for FrozenBytes {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if let Ok(view) = value.try_cast::<v8::ArrayBufferView>()
            && view.byte_length() >= WORTH_SHARING
            && let Some(store) = view.get_backing_store()
            && !store.is_shared()
            && !store.is_resizable_by_user_javascript()
        {
            let (begin, length) = (view.byte_offset(), view.byte_length());
            return Ok(Self(Bytes::from_owner(Part { store, begin, length })));
        }
        Bytes::from_v8(scope, value).map(Self)
    }

    fn heap_size(&self) -> usize {
        self.0.len()
    }
}

/// The bytes of an ArrayBuffer or view that JavaScript passed, read in place.
///
/// The slice is that of the moment of the call. It must not be held while JavaScript runs, which could
/// detach or resize the buffer: an op that calls a JavaScript function copies the bytes first.
pub struct BufferRef<'s> {
    data: NonNull<u8>,
    length: usize,
    scope: PhantomData<v8::Local<'s, v8::Value>>,
}

impl BufferRef<'_> {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `data` points to `length` bytes that belong to a buffer which the caller's handle scope
        // keeps alive ('s). The isolate is locked by this thread and no JavaScript runs meanwhile (see the
        // type's own rule), so nothing writes, detaches or resizes it.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.length) }
    }
}

impl std::ops::Deref for BufferRef<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// Like [`BufferRef`], to be written: `crypto.getRandomValues`, `TextEncoder.encodeInto`.
pub struct BufferMut<'s>(BufferRef<'s>);

impl BufferMut<'_> {
    /// The bytes.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `BufferRef::as_slice`; `&mut self` makes this the only slice made through this
        // value. An op that takes two buffers may be given one twice, so it must not hold a `BufferMut`
        // and another buffer's slice at once.
        unsafe { std::slice::from_raw_parts_mut(self.0.data.as_ptr(), self.0.length) }
    }
}

/// Where a buffer's bytes are: pointer and length.
fn parts(value: v8::Local<'_, v8::Value>, scope: &mut v8::PinScope<'_, '_>) -> Result<(*mut u8, usize), OpError> {
    let shared = || OpError::type_error("a shared buffer is not allowed here");
    if let Ok(view) = value.try_cast::<v8::ArrayBufferView>() {
        let store = view.get_backing_store();
        if store.is_some_and(|store| store.is_shared()) {
            return Err(shared());
        }
        // A small typed array may keep its bytes in the JavaScript heap, where garbage collection moves
        // them; asking for its buffer moves them out.
        let _ = view.buffer(scope);
        return Ok((view.data().cast(), view.byte_length()));
    }
    if let Ok(buffer) = value.try_cast::<v8::ArrayBuffer>() {
        let data = buffer.data().map_or(std::ptr::null_mut(), |data| data.as_ptr().cast());
        return Ok((data, buffer.byte_length()));
    }
    if value.is_shared_array_buffer() {
        return Err(shared());
    }
    Err(OpError::type_error("expected an ArrayBuffer or a view of one"))
}

impl<'s> FromV8<'s> for BufferRef<'s> {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let (data, length) = parts(value, scope)?;
        // An empty or detached buffer has no address.
        Ok(match NonNull::new(data) {
            Some(data) => Self { data, length, scope: PhantomData },
            None => Self { data: NonNull::dangling(), length: 0, scope: PhantomData },
        })
    }
}

impl<'s> FromV8<'s> for BufferMut<'s> {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        BufferRef::from_v8(scope, value).map(Self)
    }
}
