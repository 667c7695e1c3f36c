//! The documents whose statements are contracts.
//!
//! Knows nothing of single statements. Kept here: lines are counted in the source text of each
//! page, as its publisher keeps it, front matter included.

/// A document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// Aiven for `PostgreSQL`: upgrades and failovers.
    Upgrade,
    /// Aiven for `PostgreSQL`: switchover to the recovery region.
    Switchover,
    /// Aiven for `PostgreSQL`: switchback to the primary region.
    Switchback,
    /// Aiven's Terraform provider: read replicas.
    ReadReplicas,
    /// Alibaba Cloud: promotion of the secondary instance of a global active database.
    Promotion,
}

/// What is said of a document.
#[derive(Clone, Copy, Debug)]
pub struct DocumentCard {
    /// The document itself.
    pub document: Document,
    /// How it is named beside line numbers.
    pub short: &'static str,
    /// Its publisher and title.
    pub title: &'static str,
}

/// Every document.
pub const DOCUMENTS: &[DocumentCard] = &[
    DocumentCard {
        document: Document::Upgrade,
        short: "upgrade",
        title: "Aiven, Upgrade and failover procedures",
    },
    DocumentCard {
        document: Document::Switchover,
        short: "switchover",
        title: "Aiven, Perform Aiven for PostgreSQL switchover to the recovery region",
    },
    DocumentCard {
        document: Document::Switchback,
        short: "switchback",
        title: "Aiven, Perform Aiven for PostgreSQL switchback to the primary region",
    },
    DocumentCard {
        document: Document::ReadReplicas,
        short: "replicas",
        title: "Aiven Provider for Terraform, Create and manage read replicas",
    },
    DocumentCard {
        document: Document::Promotion,
        short: "promotion",
        title: "Alibaba Cloud, ApsaraDB RDS: Promote the secondary instance to the primary \
                instance",
    },
];

impl Document {
    /// Returns what is said of the document.
    pub fn card(self) -> &'static DocumentCard {
        DOCUMENTS.iter().find(|card| card.document == self).expect("every document has a card")
    }
}
