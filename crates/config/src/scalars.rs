//! Reading of the types that every section shares.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::reader::{FromValue, Node, quote};
use crate::suggest;
use crate::value::Kind;

impl FromValue for String {
    const TYPE: &'static str = "string";

    fn example() -> Json {
        json!("text")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match &node.value.kind {
            Kind::String(text) => Some(text.clone()),
            _ => {
                node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
                None
            }
        }
    }
}

impl FromValue for bool {
    const TYPE: &'static str = "boolean";

    fn example() -> Json {
        json!(true)
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match node.value.kind {
            Kind::Boolean(value) => Some(value),
            _ => {
                node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
                None
            }
        }
    }
}

impl FromValue for f64 {
    const TYPE: &'static str = "number";

    fn example() -> Json {
        json!(0.5)
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match node.value.kind {
            #[expect(clippy::cast_precision_loss, reason = "a JSON number is a double")]
            Kind::Integer(value) => Some(value as Self),
            Kind::Float(value) if value.is_finite() => Some(value),
            _ => {
                node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
                None
            }
        }
    }
}

/// Reads a whole number that is not negative. JSON's `5.0` is one.
fn whole(node: &Node<'_>, largest: u64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = match node.value.kind {
        Kind::Integer(value) => u64::try_from(value).ok(),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the guard leaves whole numbers that a u64 holds"
        )]
        Kind::Float(value) if value.fract() == 0.0 && (0.0..EXACT).contains(&value) => Some(value as u64),
        Kind::Float(_) => None,
        _ => {
            node.cx.report(node.wrong_type("number", json!(10)));
            return None;
        }
    };
    let number = number.filter(|number| *number <= largest);
    if number.is_none() {
        let message = format!(
            "Expected \"{}\" to be a whole number from 0 to {largest} but got {}.",
            node.path,
            quote(node.value)
        );
        node.cx.report(node.error(message).label("out of range").help(node.example(&json!(10))));
    }
    number
}

macro_rules! whole_numbers {
    ($($type:ty),*) => { $(
        impl FromValue for $type {
            const TYPE: &'static str = "number";

            fn example() -> Json {
                json!(10)
            }

            fn from_value(node: &Node<'_>) -> Option<Self> {
                whole(node, Self::MAX.into())?.try_into().ok()
            }
        }
    )* };
}
whole_numbers!(u16, u32, u64);

/// Any value that JSON can say.
impl FromValue for Json {
    const TYPE: &'static str = "JSON value";

    fn example() -> Json {
        json!("text")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        let Some(foreign) = node.value.first_beyond_json() else {
            return Some(node.value.to_json());
        };
        let text = match foreign.to_json() {
            Json::String(text) => text,
            other => other.to_string(),
        };
        let key = node.path.rsplit('.').next().unwrap_or_default();
        let error = if matches!(foreign.kind, Kind::Date(_)) {
            let message = format!("The field \"{}\" is a TOML date, which is not supported.", node.path);
            node.cx.error(foreign.span, message).help(format!("use a string instead, e.g. {key} = \"{text}\""))
        } else {
            let message = format!("The field \"{}\" is {text}, which JSON has no number for.", node.path);
            node.cx.error(foreign.span, message)
        };
        node.cx.report(error);
        None
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const TYPE: &'static str = T::TYPE;
    const REQUIRED: bool = false;

    fn example() -> Json {
        T::example()
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        T::from_value(node).map(Some)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const TYPE: &'static str = "array";
    const REQUIRED: bool = false;

    fn example() -> Json {
        json!([T::example()])
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        let expected = format!("{} array", T::TYPE);
        Some(node.elements(&expected, Self::example()).iter().filter_map(T::from_value).collect())
    }
}

/// A table whose keys are the user's own.
impl<T: FromValue> FromValue for IndexMap<String, T> {
    const TYPE: &'static str = "object";
    const REQUIRED: bool = false;

    fn example() -> Json {
        json!({ "NAME": T::example() })
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        let Kind::Table(table) = &node.value.kind else {
            node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
            return None;
        };
        let entries = table.entries.iter().filter_map(|entry| {
            let node = Node { cx: node.cx, value: &entry.value, path: format!("{}.{}", node.path, entry.key) };
            Some((entry.key.clone(), T::from_value(&node)?))
        });
        Some(entries.collect())
    }
}

/// One string or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct OneOrMany(pub Vec<String>);

impl FromValue for OneOrMany {
    const TYPE: &'static str = "string or string array";

    fn example() -> Json {
        json!("./src")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match &node.value.kind {
            Kind::String(text) => Some(Self(vec![text.clone()])),
            Kind::Array(_) => Vec::from_value(node).map(Self),
            _ => {
                node.cx.report(node.wrong_type(Self::TYPE, Self::example()));
                None
            }
        }
    }
}

/// Reads a string that must be one of `choices`. Used by the `choice!` macro.
pub(crate) fn one_of<'c>(node: &Node<'_>, choices: &[&'c str]) -> Option<&'c str> {
    let text = match &node.value.kind {
        Kind::String(text) => text,
        _ => {
            let example = choices.first().copied().unwrap_or_default();
            node.cx.report(node.wrong_type("string", json!(example)));
            return None;
        }
    };
    let found = choices.iter().find(|choice| **choice == *text).copied();
    if found.is_none() {
        let message =
            format!("Expected \"{}\" field to be one of {} but got {}.", node.path, json!(choices), quote(node.value));
        let mut error = node.error(message).label("not one of these");
        if let Some(nearest) = suggest::nearest(text, choices.iter().copied()) {
            error = error.help(format!("did you mean \"{nearest}\"?"));
        }
        node.cx.report(error);
    }
    found
}
