//! Finished chunks in a folder, so that nothing that was computed is lost.
//!
//! Knows nothing of statistics. Kept here: a chunk's file appears whole or not at all, and one that
//! belongs to another campaign is never taken for a chunk of this one.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::campaign::{Header, Part, PartError, Shard, Tally, difference};
use crate::cli::output;
use crate::cli::stop::Stop;

/// A folder with finished chunks.
pub(super) struct Store {
    folder: PathBuf,
    header: Header,
    /// The chunks that were there at the start.
    pub(super) known: BTreeMap<u64, Tally>,
}

impl Store {
    /// Opens a folder for a campaign, with the chunks that it holds if it is to go on.
    pub(super) fn open(folder: &Path, header: &Header, resume: bool) -> Result<Self, Stop> {
        let chunks = folder.join("chunks");
        let mut known = BTreeMap::new();
        let entries = match fs::read_dir(&chunks) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { folder: chunks, header: header.clone(), known });
            }
            Err(error) => return Err(Stop::input(format!("{}: {error}", chunks.display()))),
        };
        for entry in entries {
            let path =
                entry.map_err(|error| Stop::input(format!("{}: {error}", chunks.display())))?;
            let path = path.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            if !resume {
                let folder = folder.display();
                let what = format!("{folder} holds chunks of a campaign; --resume goes on with it");
                return Err(Stop::usage(format!("{what}, another --out begins anew")));
            }
            match read(&path) {
                Ok(part) => {
                    if let Some((what, expected, found)) = difference(header, &part.header) {
                        let path = path.display();
                        let text = format!("{path}: found {what} {found}, expected {expected}");
                        return Err(Stop::input(text));
                    }
                    known.extend(part.chunks.first().map(|chunk| (*chunk, part.tally)));
                }
                Err(error) => {
                    output::complain(&format!("warning: {}: {error}; run again", path.display()));
                }
            }
        }
        Ok(Self { folder: chunks, header: header.clone(), known })
    }

    /// Saves a finished chunk.
    pub(super) fn save(&self, chunk: u64, tally: &Tally) -> Result<(), Stop> {
        let (header, shard) = (self.header.clone(), Shard::WHOLE);
        let part = Part { header, shard, chunks: vec![chunk], tally: tally.clone() };
        output::save(&self.folder, &[(&format!("{chunk:08}.json"), &part.to_text())])
    }
}

/// Returns the part that a file holds.
pub(super) fn read(path: &Path) -> Result<Part, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        let absent = error.kind() == ErrorKind::NotFound;
        if absent {
            "found no such file, expected a shard result".to_owned()
        } else {
            error.to_string()
        }
    })?;
    Part::from_text(&text).map_err(|error: PartError| error.to_string())
}
