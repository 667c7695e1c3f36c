//! The documents whose statements are contracts.
//!
//! Knows nothing of single statements. Kept here: lines are counted in the source text of each
//! page, as its publisher keeps it, front matter included.

/// A document.
///
/// # Examples
/// Every document has statements that runs are held against:
/// ```
/// use cutover::contract::{CONTRACTS, Document};
/// let statements = |of: Document| CONTRACTS.iter().filter(|one| one.document == of).count();
/// assert!(statements(Document::Upgrade) > statements(Document::Switchback));
/// assert!(statements(Document::Switchback) > 0);
/// ```
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
///
/// # Examples
/// ```
/// use cutover::contract::{DOCUMENTS, Document, DocumentCard};
/// let DocumentCard { document, short, title } = DOCUMENTS[0];
/// assert_eq!((document, short), (Document::Upgrade, "upgrade"));
/// assert_eq!(title, "Aiven, Upgrade and failover procedures");
/// ```
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
///
/// # Examples
/// A statement's place begins with the short name of its document:
/// ```
/// use cutover::contract::{CONTRACTS, DOCUMENTS};
/// let shorts: Vec<&str> = DOCUMENTS.iter().map(|card| card.short).collect();
/// assert_eq!(shorts, ["upgrade", "switchover", "switchback", "replicas", "promotion"]);
/// assert!(CONTRACTS.iter().all(|one| shorts.iter().any(|of| one.place().starts_with(of))));
/// ```
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
    ///
    /// # Examples
    /// ```
    /// use cutover::contract::{DOCUMENTS, Document};
    /// assert!(Document::Promotion.card().title.starts_with("Alibaba Cloud"));
    /// assert!(DOCUMENTS.iter().all(|card| card.document.card().short == card.short));
    /// ```
    pub fn card(self) -> &'static DocumentCard {
        DOCUMENTS.iter().find(|card| card.document == self).expect("every document has a card")
    }
}
