//! What the command line changes of a scenario: its knobs, who decides, a planted fault.
//!
//! Knows nothing of commands. Kept here: whatever was changed is part of the command that does the
//! same again.

use std::path::Path;

use clap::Args;

use super::args::{mutant, policy, setting};
use super::run::quoted;
use super::stop::Stop;
use crate::knob::{Mutant, Policy};
use crate::scenario::{self, Loaded};

/// What is changed of a scenario before it is run.
#[derive(Clone, Debug, Args)]
pub(crate) struct Change {
    /// Set a knob, as `list knobs` names them; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Who decides, as `list policies` names them; sets the knob `policy`
    #[arg(long, value_name = "NAME", value_parser = policy)]
    pub(crate) policy: Option<Policy>,
    /// Plant a fault in the platform or a server, as `list mutants` names them
    #[arg(long, value_name = "NAME", value_parser = mutant)]
    pub(crate) mutant: Option<Mutant>,
}

impl Change {
    /// Reads a scenario and changes it.
    pub(crate) fn load(&self, file: &Path) -> Result<Loaded, Stop> {
        let mut loaded = scenario::load(file).map_err(Stop::input)?;
        let values = self.set.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let policy = self.policy.map(|policy| ("policy", policy.card().value));
        if policy.is_some() && self.set.iter().any(|(key, _)| key == "policy") {
            return Err(Stop::usage("found --policy and --set policy=..., expected one of them"));
        }
        loaded.set_all(values.chain(policy)).map_err(Stop::usage)?;
        loaded.setup.knobs.mutant = self.mutant;
        Ok(loaded)
    }

    /// Returns the options that change a scenario in the same way.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = set_words(&self.set).collect();
        words.extend(self.policy.map(|policy| format!("--policy {}", policy.card().name)));
        words.extend(self.mutant.map(|mutant| format!("--mutant {}", mutant.card().name)));
        words
    }
}

/// Returns the options that set knobs.
pub(super) fn set_words(set: &[(String, String)]) -> impl Iterator<Item = String> {
    set.iter().map(|(key, value)| format!("--set {}", quoted(&format!("{key}={value}"))))
}
