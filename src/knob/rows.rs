//! What follows from one row of the table of knobs: fields, the registry, reading and writing.
//!
//! Knows nothing of particular knobs. Kept here: a row is all it takes to add a knob.

macro_rules! knobs {
    ($(
        $name:ident: $type:ty = $default:literal, $touch:ident, $basis:expr, $meaning:literal;
    )+) => {
        /// The values of all knobs of a run.
        ///
        /// # Examples
        /// ```
        /// use cutover::kernel::Span;
        /// use cutover::knob::{Fencing, Knobs};
        /// let knobs = Knobs { fencing: Fencing::Never, ..Knobs::default() };
        /// assert_eq!(knobs.detection_timeout, Span::from_secs(60));
        /// assert_eq!(knobs.get("fencing").as_deref(), Some("Never"));
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Knobs {
            $(#[doc = $meaning] pub $name: $type,)+
            /// The planted fault of this run, if any.
            pub mutant: Option<Mutant>,
        }

        /// The knobs that a scenario sets; the others keep their defaults.
        ///
        /// # Examples
        /// ```
        /// use cutover::kernel::Span;
        /// use cutover::knob::{Knobs, Tuning};
        /// let tuning = Tuning { dns_ttl: Some(Span::from_secs(5)), ..Tuning::default() };
        /// let mut knobs = Knobs::default();
        /// knobs.tune(&tuning);
        /// assert_eq!(knobs.dns_ttl, Span::from_secs(5));
        /// assert_eq!(knobs.fencing, Knobs::default().fencing);
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Tuning {
            $(#[doc = $meaning] #[serde(default, skip_serializing_if = "Option::is_none")]
              pub $name: Option<$type>,)+
        }

        /// The registry, in the order in which it is listed.
        ///
        /// # Examples
        /// ```
        /// use cutover::knob::{KNOBS, Knobs};
        /// let row = KNOBS.iter().find(|row| row.name == "detection_timeout");
        /// let row = row.expect("it is a knob");
        /// assert_eq!(row.default, "1m");
        /// assert!(!row.basis.is_stance());
        /// let value = |name| Knobs::default().get(name);
        /// assert!(KNOBS.iter().all(|row| value(row.name).as_deref() == Some(row.default)));
        /// ```
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
            ///
            /// # Examples
            /// ```
            /// use cutover::kernel::Span;
            /// use cutover::knob::Knobs;
            /// let mut knobs = Knobs::default();
            /// knobs.set("dns_ttl", "5s").expect("it is a duration");
            /// assert_eq!(knobs.dns_ttl, Span::from_secs(5));
            /// assert!(knobs.set("dns_ttl", "5").is_err() && knobs.set("dns_tl", "5s").is_err());
            /// ```
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
            ///
            /// # Examples
            /// ```
            /// use cutover::knob::Knobs;
            /// let knobs = Knobs::default();
            /// assert_eq!(knobs.get("dns_ttl").as_deref(), Some("30s"));
            /// assert_eq!(knobs.get("dns_tl"), None);
            /// ```
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($name) => Some(registry::write(&self.$name)),)+
                    _ => None,
                }
            }

            /// Sets the knobs that a scenario sets.
            ///
            /// # Examples
            /// ```
            /// use cutover::knob::{Fencing, Knobs, Tuning};
            /// let mut knobs = Knobs { fencing: Fencing::AtOnce, ..Knobs::default() };
            /// knobs.tune(&Tuning::default());
            /// assert_eq!(knobs.fencing, Fencing::AtOnce);
            /// knobs.tune(&Tuning { fencing: Some(Fencing::Never), ..Tuning::default() });
            /// assert_eq!(knobs.fencing, Fencing::Never);
            /// ```
            pub fn tune(&mut self, tuning: &Tuning) {
                $(if let Some(value) = &tuning.$name { self.$name = value.clone(); })+
            }
        }
    };
}

pub(super) use knobs;
