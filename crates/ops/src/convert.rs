//! Conversions between JavaScript values and Rust types.
//!
//! They are strict: an op is called by our own JavaScript, which has already done the coercions that the
//! standards ask for (Web IDL), so a value of another type is an error and never converted here. Strictness
//! also means that converting arguments runs no guest code: no getter, no `valueOf`.

use std::sync::Arc;

use bytes::Bytes;

use crate::OpError;
use crate::buffer;

/// A type that an op can take as an argument.
pub trait FromV8<'s>: Sized {
    /// Converts `value`.
    ///
    /// # Errors
    /// A `TypeError` that says what was expected.
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError>;

    /// How many bytes of the heap the converted value takes: what an async op holds for as long as it is under way is
    /// counted towards the guest's memory.
    fn heap_size(&self) -> usize {
        0
    }
}

/// A type that an op can return.
pub trait IntoV8<'s> {
    /// Converts `self`.
    ///
    /// # Errors
    /// Whatever [`OpError`] is to be thrown instead.
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError>;
}

/// A `#[context]` parameter of an op: something that the surroundings of the call provide.
pub trait FromContext: Sized {
    /// Takes it from the current isolate, context or invocation.
    ///
    /// # Errors
    /// What is thrown when it is not there: outside of any invocation, for example.
    fn from_context(scope: &mut v8::PinScope<'_, '_>) -> Result<Self, OpError>;
}

/// A [`FromContext`] that is shared: implement this for `T` to use `Arc<T>` as a `#[context]` parameter.
pub trait SharedContext: Sized {
    /// Takes it from the current isolate, context or invocation.
    ///
    /// # Errors
    /// As [`FromContext::from_context`].
    fn shared(scope: &mut v8::PinScope<'_, '_>) -> Result<Arc<Self>, OpError>;
}

impl<T: SharedContext> FromContext for Arc<T> {
    fn from_context(scope: &mut v8::PinScope<'_, '_>) -> Result<Self, OpError> {
        T::shared(scope)
    }
}

fn expected(what: &'static str) -> OpError {
    OpError::type_error(format!("expected {what}"))
}

fn too_long() -> OpError {
    OpError::range_error("Invalid string length")
}

impl<'s> FromV8<'s> for bool {
    fn from_v8(_: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_boolean() { Ok(value.is_true()) } else { Err(expected("a boolean")) }
    }
}

impl<'s> FromV8<'s> for f64 {
    fn from_v8(_: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        value.try_cast::<v8::Number>().map(|number| number.value()).map_err(|_| expected("a number"))
    }
}

macro_rules! integer_from_v8 {
    ($($ty:ty, $what:literal;)*) => {$(
        impl<'s> FromV8<'s> for $ty {
            fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
                let number = f64::from_v8(scope, value)?;
                let integer = number as Self;
                if integer as f64 == number { Ok(integer) } else { Err(expected($what)) }
            }
        }
    )*};
}

integer_from_v8! {
    u8, "an integer from 0 to 255";
    u16, "an integer from 0 to 65535";
    i32, "a 32-bit integer";
    u32, "a 32-bit unsigned integer";
    i64, "an integer";
    u64, "an unsigned integer";
    usize, "an unsigned integer";
}

/// Lone surrogates become U+FFFD, as in a USVString.
impl<'s> FromV8<'s> for String {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let string = value.try_cast::<v8::String>().map_err(|_| expected("a string"))?;
        Ok(string.to_rust_string_lossy(scope))
    }

    fn heap_size(&self) -> usize {
        self.capacity()
    }
}

/// `null` and `undefined` are `None`.
impl<'s, T: FromV8<'s>> FromV8<'s> for Option<T> {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_null_or_undefined() { Ok(None) } else { T::from_v8(scope, value).map(Some) }
    }

    fn heap_size(&self) -> usize {
        self.as_ref().map_or(0, T::heap_size)
    }
}

/// A plain array. Holes and getters of a guest's array are never met: our JavaScript builds it.
impl<'s, T: FromV8<'s>> FromV8<'s> for Vec<T> {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let array = value.try_cast::<v8::Array>().map_err(|_| expected("an array"))?;
        (0..array.length())
            .map(|index| {
                let item = array.get_index(scope, index).ok_or_else(OpError::pending)?;
                T::from_v8(scope, item)
            })
            .collect()
    }

    fn heap_size(&self) -> usize {
        self.capacity() * size_of::<T>() + self.iter().map(T::heap_size).sum::<usize>()
    }
}

/// Bytes copied from an ArrayBuffer or a view of one.
impl<'s> FromV8<'s> for Bytes {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let view = buffer::BufferRef::from_v8(scope, value)?;
        Ok(Self::copy_from_slice(view.as_slice()))
    }

    fn heap_size(&self) -> usize {
        self.len()
    }
}

macro_rules! local_from_v8 {
    ($($ty:ident, $what:literal;)*) => {$(
        impl<'s> FromV8<'s> for v8::Local<'s, v8::$ty> {
            fn from_v8(_: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
                value.try_cast::<v8::$ty>().map_err(|_| expected($what))
            }
        }

        impl<'s> IntoV8<'s> for v8::Local<'s, v8::$ty> {
            fn into_v8(self, _: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
                Ok(self.into())
            }
        }
    )*};
}

local_from_v8! {
    Array, "an array";
    Function, "a function";
    Object, "an object";
    Promise, "a promise";
    String, "a string";
    Uint8Array, "a Uint8Array";
}

impl<'s> FromV8<'s> for v8::Local<'s, v8::Value> {
    fn from_v8(_: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        Ok(value)
    }
}

impl<'s> IntoV8<'s> for v8::Local<'s, v8::Value> {
    fn into_v8(self, _: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(self)
    }
}

/// A string whose code units are bytes (Web IDL's ByteString): header names and values, `atob`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteString(pub Vec<u8>);

impl<'s> FromV8<'s> for ByteString {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let string = value.try_cast::<v8::String>().map_err(|_| expected("a string"))?;
        if !string.contains_only_onebyte() {
            return Err(expected("a string of characters up to U+00FF"));
        }
        let mut bytes = vec![0; string.length()];
        string.write_one_byte_v2(scope, 0, &mut bytes, v8::WriteFlags::empty());
        Ok(Self(bytes))
    }

    fn heap_size(&self) -> usize {
        self.0.capacity()
    }
}

impl<'s> IntoV8<'s> for ByteString {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let string = v8::String::new_from_one_byte(scope, &self.0, v8::NewStringType::Normal).ok_or_else(too_long)?;
        Ok(string.into())
    }
}

/// A value that crosses as JSON: for structures that are rare, where clarity matters more than speed.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<'s, T: serde::de::DeserializeOwned> FromV8<'s> for Json<T> {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        let text = v8::json::stringify(scope, value).ok_or_else(OpError::pending)?.to_rust_string_lossy(scope);
        serde_json::from_str(&text).map(Self).map_err(|error| OpError::type_error(error.to_string()))
    }
}

impl<'s, T: serde::Serialize> IntoV8<'s> for Json<T> {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let text = serde_json::to_string(&self.0).map_err(|error| OpError::error(error.to_string()))?;
        let text = v8::String::new(scope, &text).ok_or_else(too_long)?;
        v8::json::parse(scope, text).ok_or_else(OpError::pending)
    }
}

impl<'s> IntoV8<'s> for () {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(v8::undefined(scope).into())
    }
}

impl<'s> IntoV8<'s> for bool {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(v8::Boolean::new(scope, self).into())
    }
}

impl<'s> IntoV8<'s> for f64 {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(v8::Number::new(scope, self).into())
    }
}

impl<'s> IntoV8<'s> for i32 {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(v8::Integer::new(scope, self).into())
    }
}

macro_rules! integer_into_v8 {
    ($($ty:ty),*) => {$(
        /// Exact up to 2^53.
        impl<'s> IntoV8<'s> for $ty {
            fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
                (self as f64).into_v8(scope)
            }
        }
    )*};
}

integer_into_v8!(u16, u32, i64, u64, usize);

impl<'s> IntoV8<'s> for &str {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        Ok(v8::String::new(scope, self).ok_or_else(too_long)?.into())
    }
}

impl<'s> IntoV8<'s> for String {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        self.as_str().into_v8(scope)
    }
}

/// `None` is `null`.
impl<'s, T: IntoV8<'s>> IntoV8<'s> for Option<T> {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        match self {
            Some(value) => value.into_v8(scope),
            None => Ok(v8::null(scope).into()),
        }
    }
}

impl<'s, T: IntoV8<'s>, E: Into<OpError>> IntoV8<'s> for Result<T, E> {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        self.map_err(Into::into)?.into_v8(scope)
    }
}

/// A plain array.
impl<'s, T: IntoV8<'s>> IntoV8<'s> for Vec<T> {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let items = self.into_iter().map(|item| item.into_v8(scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(v8::Array::new_with_elements(scope, &items).into())
    }
}

macro_rules! tuple_into_v8 {
    ($($name:ident),*) => {
        /// A plain array, to be destructured.
        impl<'s, $($name: IntoV8<'s>),*> IntoV8<'s> for ($($name,)*) {
            #[allow(non_snake_case)]
            fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
                let ($($name,)*) = self;
                let items = [$($name.into_v8(scope)?),*];
                Ok(v8::Array::new_with_elements(scope, &items).into())
            }
        }
    };
}

tuple_into_v8!(A, B);
tuple_into_v8!(A, B, C);
tuple_into_v8!(A, B, C, D);
tuple_into_v8!(A, B, C, D, E);
tuple_into_v8!(A, B, C, D, E, F);

/// A `Uint8Array` with the bytes copied in. To give a buffer away without a copy, return
/// [`Buffer`](crate::Buffer).
impl<'s> IntoV8<'s> for Bytes {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        buffer::Buffer(self.into()).into_v8(scope)
    }
}
