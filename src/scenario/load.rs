//! Reads a scenario file into the types of the file.
//!
//! Knows nothing of what a scenario means. Kept here: any input at all is answered quickly, with a
//! scenario or with one error, and nothing about it can overflow the stack.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ron::Options;
use ron::extensions::Extensions;

use super::error::{Error, Errors};
use super::file::Scenario;
use super::locate::{self, Outline};
use super::syntax;
use super::token::{self, Place};

/// The most bytes that a scenario file may have.
const SIZE_MAX: u64 = 1 << 20;

/// RON's own limit of recursion counts several steps for each level of a text.
const RECURSION_MAX: usize = 16 * locate::DEPTH_MAX;

/// Returns how scenario files are written and read.
pub(super) fn options() -> Options {
    Options::default()
        .with_recursion_limit(RECURSION_MAX)
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
}

/// Returns an error of the whole file.
fn whole(file: &str, message: impl Into<String>) -> Errors {
    Errors::from(Error {
        file: file.to_owned(),
        line: 0,
        column: 0,
        path: String::new(),
        message: message.into(),
        hint: None,
    })
}

/// Returns an error at a place of the file.
fn at(file: &str, place: Place, message: &str, hint: Option<&str>) -> Errors {
    Errors::from(Error {
        line: place.line,
        column: place.column,
        hint: hint.map(str::to_owned),
        ..whole(file, message).list()[0].clone()
    })
}

/// Returns the text of a file.
pub(super) fn read(path: &Path) -> Result<String, Errors> {
    let name = path.display().to_string();
    let bytes = read_bytes(path).map_err(|error| whole(&name, describe(&error)))?;
    if length(&bytes) > SIZE_MAX {
        return Err(whole(&name, format!("found more than {SIZE_MAX} bytes, expected less")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let valid = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let message = "found a byte that is not UTF-8, expected a text";
        at(&name, token::place_behind(&valid), message, None)
    })
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Reads a file, but never much more than a scenario may have.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let mut bytes = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the system knows more kinds than matter")]
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "found no such file, expected a scenario".to_owned(),
        io::ErrorKind::IsADirectory => "found a folder, expected a scenario file".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// Returns the scenario of a text, and where its values are.
pub(super) fn parse(file: &str, text: &str) -> Result<(Scenario, Outline), Errors> {
    if length(text.as_bytes()) > SIZE_MAX {
        return Err(whole(file, format!("found more than {SIZE_MAX} bytes, expected less")));
    }
    if text.starts_with('\u{feff}') {
        let message = "found a byte-order mark, expected UTF-8 without one";
        return Err(at(file, Place { line: 1, column: 1 }, message, None));
    }
    let tokens = token::tokens(text);
    if let Some(deep) = locate::depth_exceeded(&tokens) {
        let message = format!(
            "found values in each other deeper than {}, expected a scenario",
            locate::DEPTH_MAX
        );
        return Err(at(file, deep.place, &message, None));
    }
    let scenario = options()
        .from_str::<Scenario>(text)
        .map_err(|error| Errors::from(syntax::explain(file, text, &tokens, &error)))?;
    let outline = Outline::new(&tokens).expect("a text that holds a scenario has a value");
    Ok((scenario, outline))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_no_file_of_text_is_refused_with_words() {
        let folder = std::env::temp_dir();
        let error = read(&folder).expect_err("it is a folder").to_string();
        assert_eq!(
            error,
            format!("{}: found a folder, expected a scenario file", folder.display())
        );
        let error = read(&folder.join("cutover/absent.ron")).expect_err("it is absent").to_string();
        assert!(error.ends_with("absent.ron: found no such file, expected a scenario"), "{error}");
        let path = folder.join(format!("cutover-{}.ron", std::process::id()));
        fs::write(&path, b"Scenario(\n  name: \"\xff\"").expect("the folder is writable");
        let error = read(&path).expect_err("it is not UTF-8").to_string();
        fs::remove_file(&path).expect("it was written");
        assert!(error.ends_with(".ron:2:10: found a byte that is not UTF-8, expected a text"));
    }
}
