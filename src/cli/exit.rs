//! The exit codes, which people's scripts rely on.
//!
//! Knows nothing of what leads to each. Kept here: a code never changes its meaning, and when
//! several apply, the gravest is given.

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every invariant holds, every expectation is met.
    Pass,
    /// An invariant is violated or an expectation missed.
    Fail,
    /// The command line is wrong.
    Usage,
    /// A scenario or another input is missing or invalid.
    Input,
    /// Nothing can be said: a bound was reached.
    Inconclusive,
    /// A replay went another way than the record.
    Diverged,
    /// An assertion of the simulator itself failed.
    Internal,
    /// An output could not be written.
    Output,
    /// The user stopped it.
    Interrupted,
}

impl Exit {
    /// Every exit code, in order.
    pub(crate) const ALL: [Self; 9] = [
        Self::Pass,
        Self::Fail,
        Self::Usage,
        Self::Input,
        Self::Inconclusive,
        Self::Diverged,
        Self::Internal,
        Self::Output,
        Self::Interrupted,
    ];

    /// Those that may apply together, gravest first.
    const GRAVITY: [Self; 7] = [
        Self::Internal,
        Self::Output,
        Self::Diverged,
        Self::Input,
        Self::Fail,
        Self::Inconclusive,
        Self::Pass,
    ];

    /// Returns the code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Inconclusive => 4,
            Self::Diverged => 5,
            Self::Internal => 70,
            Self::Output => 74,
            Self::Interrupted => 130,
        }
    }

    /// Returns what the code means, as the help prints it.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "every invariant holds, every expectation is met",
            Self::Fail => "an invariant is violated or an expectation missed",
            Self::Usage => "wrong usage of the command line",
            Self::Input => "a scenario or input file is missing or invalid",
            Self::Inconclusive => "inconclusive: a bound was reached",
            Self::Diverged => "a replay diverged from the record",
            Self::Internal => "a bug in the simulator itself",
            Self::Output => "an output could not be written",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns the graver of two; one that never applies beside others goes before all.
    pub(crate) fn graver(self, other: Self) -> Self {
        let place = |exit: Self| Self::GRAVITY.iter().position(|grave| *grave == exit);
        if place(self) <= place(other) { self } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_that_scripts_rely_on() {
        let codes = Exit::ALL.map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 70, 74, 130]);
    }

    #[test]
    fn the_gravest_code_is_given() {
        let grave = [70, 74, 5, 3, 1, 4, 0];
        for (left, code) in Exit::GRAVITY.iter().zip(grave) {
            assert_eq!(left.code(), code);
            for right in Exit::GRAVITY.iter().skip_while(|exit| *exit != left) {
                assert_eq!(left.graver(*right), *left);
                assert_eq!(right.graver(*left), *left);
            }
        }
        assert_eq!(Exit::Usage.graver(Exit::Fail), Exit::Usage);
    }

    #[test]
    fn every_code_says_what_it_means() {
        assert!(Exit::ALL.iter().all(|exit| exit.meaning().len() > 5));
    }
}
