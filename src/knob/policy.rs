//! Who decides about failovers: the policies, with their names, sources and spelling as a knob.
//!
//! Knows nothing of how a policy decides. Kept here: every policy has one card, and its name is the
//! same in options, results and lists.

use super::choice::Policy;

/// What the registry says of one policy.
///
/// # Examples
/// ```
/// assert!(cutover::knob::POLICIES.iter().all(|card| !card.source.is_empty()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicyCard {
    /// The policy itself.
    pub policy: Policy,
    /// The name used by `--policy` and in results.
    pub name: &'static str,
    /// The value of the knob `policy`.
    pub value: &'static str,
    /// Who decides, in a sentence.
    pub meaning: &'static str,
    /// Where the policy is described.
    pub source: &'static str,
}

/// Every policy there is.
///
/// # Examples
/// ```
/// use cutover::knob::POLICIES;
/// assert!(POLICIES.iter().any(|card| card.name == "pglookout"));
/// ```
pub const POLICIES: &[PolicyCard] = &[
    PolicyCard {
        policy: Policy::Platform,
        name: "platform",
        value: "Platform",
        meaning: "the management platform alone, from what nodes report to it",
        source: "Aiven, \"Upgrade and failover procedures\"; what it leaves open is a knob",
    },
    PolicyCard {
        policy: Policy::Pglookout,
        name: "pglookout",
        value: "Pglookout",
        meaning: "a daemon on every node, each for itself, from what it and the observers poll; \
                  the platform moves names and builds nodes",
        source: "README and source of pglookout; its settings are the knobs lookout_*",
    },
];

impl Policy {
    /// Returns the policy of this name, if there is one.
    ///
    /// # Examples
    /// ```
    /// use cutover::knob::Policy;
    /// assert_eq!(Policy::by_name("pglookout"), Some(Policy::Pglookout));
    /// assert_eq!(Policy::by_name("nobody"), None);
    /// ```
    pub fn by_name(name: &str) -> Option<Self> {
        POLICIES.iter().find(|card| card.name == name).map(|card| card.policy)
    }

    /// Returns what the registry says of this policy.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::knob::Policy::Pglookout.card().value, "Pglookout");
    /// ```
    pub fn card(self) -> &'static PolicyCard {
        POLICIES.iter().find(|card| card.policy == self).expect("every policy has a card")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knob::Knobs;

    #[test]
    fn the_value_of_a_card_sets_its_policy() {
        for card in POLICIES {
            let mut knobs = Knobs::default();
            knobs.set("policy", card.value).expect("it is a value of the knob");
            assert_eq!(knobs.policy, card.policy);
            assert_eq!(Policy::by_name(card.name), Some(card.policy));
            assert_eq!(card.policy.card().name, card.name);
        }
    }
}
