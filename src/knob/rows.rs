//! What follows from one row of the table of knobs: fields, the registry, reading and writing.
//!
//! Knows nothing of particular knobs. Kept here: a row is all it takes to add a knob.

macro_rules! knobs {
    ($(
        $name:ident: $type:ty = $default:literal, $touch:ident, $basis:expr, $meaning:literal;
    )+) => {
        /// The values of all knobs of a run.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Knobs {
            $(#[doc = $meaning] pub $name: $type,)+
            /// The planted fault of this run, if any.
            pub mutant: Option<Mutant>,
        }

        /// The knobs that a scenario sets; the others keep their defaults.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Tuning {
            $(#[doc = $meaning] #[serde(default, skip_serializing_if = "Option::is_none")]
              pub $name: Option<$type>,)+
        }

        /// The registry, in the order in which it is listed.
        pub const KNOBS: &[Row] = &[$(Row {
            name: stringify!($name), default: $default, meaning: $meaning,
            basis: $basis, touch: Touch::$touch,
        },)+];

        impl Default for Knobs {
            fn default() -> Self {
                Self {
                    $($name: registry::read(stringify!($name), $default)
                        .expect("a default is a value of its knob"),)+
                    mutant: None,
                }
            }
        }

        impl Knobs {
            /// Sets one knob from text, as `--set` does.
            ///
            /// # Errors
            /// When there is no such knob, or the value does not fit it.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), KnobError> {
                match name {
                    $(stringify!($name) => self.$name = registry::read(stringify!($name), value)?,)+
                    _ => return Err(KnobError::Unknown {
                        name: name.to_owned(),
                        nearest: nearest(name, KNOBS.iter().map(|row| row.name)),
                    }),
                }
                Ok(())
            }

            /// Returns the value of one knob as text, or nothing when there is no such knob.
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($name) => Some(registry::write(&self.$name)),)+
                    _ => None,
                }
            }

            /// Sets the knobs that a scenario sets.
            pub fn tune(&mut self, tuning: &Tuning) {
                $(if let Some(value) = &tuning.$name { self.$name = value.clone(); })+
            }
        }
    };
}

pub(super) use knobs;
