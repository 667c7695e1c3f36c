//! Finds the line and the column of any value of a scenario.
//!
//! Knows nothing of what the values mean. Kept here: on every text that RON accepts, the value at
//! a path is the one that RON reads there; on any other text some place of it is found.

use std::fmt;

use super::token::{Kind, Place, Token};

/// How deep values may lie in each other.
pub(super) const DEPTH_MAX: usize = 32;

/// One step on the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Field(&'static str),
    Item(usize),
}

/// The way to a value, from the whole scenario down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Key>);

impl Path {
    /// Returns the way to the whole scenario.
    pub(super) fn root() -> Self {
        Self::default()
    }

    /// Returns the way on to a field.
    pub(super) fn field(&self, name: &'static str) -> Self {
        self.on(Key::Field(name))
    }

    /// Returns the way on to an item of a list, or to an argument without a name, from 0.
    pub(super) fn item(&self, index: usize) -> Self {
        self.on(Key::Item(index))
    }

    fn on(&self, key: Key) -> Self {
        Self(self.0.iter().copied().chain([key]).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, key) in self.0.iter().enumerate() {
            match key {
                Key::Field(name) if depth == 0 => f.write_str(name)?,
                Key::Field(name) => write!(f, ".{name}")?,
                Key::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A value of a text with its place, and the values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    key: Option<String>,
    place: Place,
    /// The bytes it takes.
    bytes: (usize, usize),
    inside: Vec<Self>,
}

impl Outline {
    /// Returns the outline of the tokens of a text; nothing if there are none, or values lie in
    /// each other deeper than [`DEPTH_MAX`].
    pub(super) fn new(tokens: &[Token<'_>]) -> Option<Self> {
        if depth_exceeded(tokens).is_some() {
            return None;
        }
        let mut reader = Reader { tokens, next: 0 };
        reader.skip_attributes();
        reader.value(None)
    }

    /// Returns the place of the value at a path, or of the last value on the way that exists.
    pub(super) fn place(&self, path: &Path) -> Place {
        self.find(path).place
    }

    /// Returns whether the text gives the value at a path.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.0.iter().try_fold(self, |here, key| here.step(*key)).is_some()
    }

    fn find(&self, path: &Path) -> &Self {
        let mut here = self;
        for key in &path.0 {
            match here.step(*key) {
                Some(next) => here = next,
                None => break,
            }
        }
        here
    }

    fn step(&self, key: Key) -> Option<&Self> {
        match key {
            Key::Field(name) => self.inside.iter().find(|value| value.key.as_deref() == Some(name)),
            Key::Item(index) => self.inside.get(index),
        }
    }
}

/// Returns the first token that lies deeper than [`DEPTH_MAX`].
pub(super) fn depth_exceeded<'a>(tokens: &'a [Token<'_>]) -> Option<&'a Token<'a>> {
    let mut depth = 0_usize;
    tokens.iter().find(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::Number | Kind::Text | Kind::Unclosed | Kind::Sign => {}
        }
        depth > DEPTH_MAX
    })
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    next: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.next + ahead)
    }

    fn at(&self, ahead: usize, text: &str) -> bool {
        self.peek(ahead).is_some_and(|token| token.text == text)
    }

    /// Skips what may stand before the value, such as `#![enable(implicit_some)]`.
    fn skip_attributes(&mut self) {
        while self.at(0, "#") && self.at(1, "!") {
            self.next += 2;
            let _attribute = self.value(None);
        }
    }

    /// Reads a value, and leaves the reader behind it.
    fn value(&mut self, key: Option<String>) -> Option<Outline> {
        let first = self.peek(0)?;
        let named = first.kind == Kind::Word
            && self.peek(1).is_some_and(|token| token.kind == Kind::Open && token.text == "(");
        self.next += usize::from(named);
        let opens = self.peek(0).is_some_and(|token| token.kind == Kind::Open);
        self.next += 1;
        let inside = if opens { self.inside() } else { Vec::new() };
        let end = self.tokens[..self.next.min(self.tokens.len())].last().map_or(0, Token::end);
        Some(Outline { key, place: first.place, bytes: (first.start, end), inside })
    }

    /// Reads values up to the closing bracket, and leaves the reader behind it.
    fn inside(&mut self) -> Vec<Outline> {
        let mut inside = Vec::new();
        while let Some(token) = self.peek(0) {
            if token.kind == Kind::Close {
                self.next += 1;
                break;
            }
            if token.text == "," {
                self.next += 1;
                continue;
            }
            let keyed = token.kind == Kind::Word && self.at(1, ":");
            let key = keyed.then(|| token.text.trim_start_matches("r#").to_owned());
            self.next += if keyed { 2 } else { 0 };
            inside.extend(self.value(key));
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::{Allowance, Client, Deed, Expectation, Step, Target};
    use super::super::{load, sample, token};
    use super::*;
    use crate::kernel::Span;
    use crate::knob::Tuning;
    use proptest::prelude::*;
    use ron::ser::PrettyConfig;
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    /// A text with its outline.
    struct Text<'a> {
        text: &'a str,
        outline: Outline,
    }

    impl Text<'_> {
        /// Checks that what stands at a path is this value.
        fn holds<T: DeserializeOwned + PartialEq + Debug>(&self, path: &Path, value: &T) {
            assert!(self.outline.holds(path), "nothing at {path} of {}", self.text);
            let found = self.outline.find(path);
            let slice = &self.text[found.bytes.0..found.bytes.1];
            let read = load::options().from_str::<T>(slice);
            assert_eq!(read.as_ref(), Ok(value), "at {path} stands {slice}");
            let place = token::place_behind(&self.text[..found.bytes.0]);
            assert_eq!(self.outline.place(path), place, "{path}");
        }

        fn client(&self, path: &Path, client: &Client) {
            self.holds(path, client);
            self.holds(&path.field("name"), &client.name().to_owned());
            self.holds(&path.field("service"), &client.service().to_owned());
            let (begins, ends, _) = client.times();
            // What has its default is not written.
            if begins > Span::ZERO {
                self.holds(&path.field("begins"), &begins);
            }
            if ends.is_some() {
                self.holds(&path.field("ends"), &ends);
            }
        }

        fn target(&self, path: &Path, target: &Target) {
            self.holds(path, target);
            match target {
                Target::Link(from, to) | Target::OneWay(from, to) => {
                    self.target(&path.item(0), from);
                    self.target(&path.item(1), to);
                }
                Target::Node(name)
                | Target::Primary(name)
                | Target::Client(name)
                | Target::Region(name)
                | Target::Service(name)
                | Target::Zone(name, _) => self.holds(&path.item(0), name),
                Target::Observer(number) => self.holds(&path.item(0), number),
                Target::Standby(name, number) => {
                    self.holds(&path.item(0), name);
                    self.holds(&path.item(1), number);
                }
                Target::Platform | Target::Everyone => {}
            }
        }

        fn demand(&self, path: &Path, expectation: &Expectation) {
            self.holds(path, expectation);
            if let Expectation::EndpointPoints { to, at, .. } = expectation {
                self.holds(&path.field("at"), at);
                for (index, node) in to.iter().enumerate() {
                    self.holds(&path.field("to").item(index), node);
                }
            }
            if let Expectation::LostCommits { between, .. } = expectation {
                self.holds(&path.field("between"), between);
                self.holds(&path.field("between").item(1), &between.1);
            }
        }
    }

    /// Puts what is not a token between tokens.
    fn spaced(text: &str, choices: &[usize]) -> String {
        let blanks = ["", " ", "\n", "/* ( */", "// \" [\n", "/*/* */ } */", "\u{85}\t"];
        let mut spaced = "#![enable(implicit_some)] // (\n".to_owned();
        for (index, token) in token::tokens(text).iter().enumerate() {
            let choice = choices.get(index % choices.len().max(1)).map_or(1, |choice| *choice);
            spaced += blanks[choice % blanks.len()];
            spaced += token.text;
        }
        spaced + "\n"
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn each_value_is_where_ron_reads_it(
            scenario in sample::scenario(),
            choices in proptest::collection::vec(0..7_usize, 0..40),
            escape in any::<bool>(),
        ) {
            let config = PrettyConfig::new().escape_strings(escape).struct_names(true);
            let text = load::options().to_string_pretty(&scenario, config);
            let text = spaced(&text.expect("a scenario can be written"), &choices);
            let (read, outline) = load::parse("random.ron", &text).map_err(|error| {
                TestCaseError::fail(format!("{error} in {text}"))
            })?;
            prop_assert_eq!(&read, &scenario);
            let found = Text { text: &text, outline };
            let root = Path::root();
            found.holds(&root, &scenario);
            found.holds(&root.field("name"), &scenario.name);
            found.holds(&root.field("until"), &scenario.until);
            if scenario.tuning != Tuning::default() {
                found.holds(&root.field("tuning"), &scenario.tuning);
            }
            for (index, service) in scenario.services.iter().enumerate() {
                let path = root.field("services").item(index);
                found.holds(&path, service);
                found.holds(&path.field("plan"), &service.plan);
            }
            for (index, client) in scenario.clients.iter().enumerate() {
                found.client(&root.field("clients").item(index), client);
            }
            for (index, step) in scenario.script.iter().enumerate() {
                let path = root.field("script").item(index);
                let (Step::At(at, _), Deed::Fault(kind, _) | Deed::Heal(kind, _)) =
                    (step, step.deed())
                else {
                    continue;
                };
                found.holds(&path.item(0), at);
                found.holds(&path.item(1).item(0), kind);
                found.target(&path.item(1).item(1), step.deed().target());
            }
            for (index, expectation) in scenario.expect.iter().enumerate() {
                found.demand(&root.field("expect").item(index), expectation);
            }
            for (index, allowance) in scenario.allow.iter().enumerate() {
                let Allowance::Violation { at_most, because, .. } = allowance;
                let path = root.field("allow").item(index);
                found.holds(&path.field("at_most"), at_most);
                found.holds(&path.field("because"), because);
            }
        }

        #[test]
        fn any_text_has_an_outline_or_none(text in "[a-z(){}\\[\\]\"#!:,/ \n0-9]{0,80}") {
            let tokens = token::tokens(&text);
            if let Some(outline) = Outline::new(&tokens) {
                let place = outline.place(&Path::root().field("script").item(3));
                prop_assert!(place <= token::place_behind(&text));
            }
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_at_the_last_on_the_way() {
        let text = "Scenario(\n  services: [Service(name: \"a\")],\n)";
        let outline = Outline::new(&token::tokens(text)).expect("there is a value");
        let services = Path::root().field("services");
        let place = |line, column| Place { line, column };
        assert_eq!(outline.place(&services.item(0).field("region")), place(2, 14));
        assert_eq!(outline.place(&services.item(7)), place(2, 13));
        assert_eq!(outline.place(&Path::root().field("until")), place(1, 1));
        assert_eq!(services.item(0).field("region").to_string(), "services[0].region");
    }
}
