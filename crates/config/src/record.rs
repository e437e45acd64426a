//! Two macros that keep a key's name, type and documentation in one place.

/// A struct whose fields are a table's keys. `field = "key": Type` gives the key another name than the field's.
/// A field is required, unless its type says otherwise (see `FromValue::REQUIRED`).
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(check $check:path)? {
            $( $(#[$field_meta:meta])* $field:ident $(= $key:literal)? : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
        $vis struct $name {
            $( $(#[$field_meta])* $( #[serde(rename = $key)] )? pub $field: $type, )*
        }

        impl $crate::reader::FromTable for $name {
            fn from_table(table: &mut $crate::reader::TableReader<'_>) -> Self {
                let record = Self {
                    $( $field: table.field(record!(@key $field $($key)?)), )*
                };
                $( $check(&record, table); )?
                record
            }
        }

        impl $crate::reader::FromValue for $name {
            const TYPE: &'static str = "object";

            fn example() -> serde_json::Value {
                serde_json::Value::Object(serde_json::Map::new())
            }

            fn from_value(node: &$crate::reader::Node<'_>) -> Option<Self> {
                $crate::reader::read_record(node)
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
}

/// An enum whose variants are the strings that a key may have. The first is the placeholder and the example.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[$first_meta:meta])* $first:ident = $first_text:literal
            $(, $(#[$variant_meta:meta])* $variant:ident = $text:literal )* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
        pub enum $name {
            $(#[$first_meta])* #[default] #[serde(rename = $first_text)] $first,
            $( $(#[$variant_meta])* #[serde(rename = $text)] $variant, )*
        }

        impl $name {
            /// The word for it in a configuration file.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_text,
                    $( Self::$variant => $text, )*
                }
            }
        }

        impl $crate::reader::FromValue for $name {
            const TYPE: &'static str = "string";

            fn example() -> serde_json::Value {
                $first_text.into()
            }

            fn from_value(node: &$crate::reader::Node<'_>) -> Option<Self> {
                match $crate::scalars::one_of(node, &[$first_text, $($text),*])? {
                    $first_text => Some(Self::$first),
                    $( $text => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}
