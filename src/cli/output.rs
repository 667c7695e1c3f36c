//! Streams and files: where results and complaints go.
//!
//! Knows nothing of what they say. Kept here: a file appears whole or not at all, and a reader
//! who has seen enough (`| head`) is no error.

use std::env;
use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process;

use super::args::Color;
use super::exit::Exit;
use super::stop::Stop;
use crate::report::Style;

/// Writes a result to standard output.
pub(crate) fn emit(text: &str) -> Result<(), Stop> {
    let mut stream = io::stdout().lock();
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::output("standard output", error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a complaint to standard error, as well as it can be done.
pub(crate) fn complain(text: &str) {
    // There is nowhere to tell that standard error is closed.
    drop(writeln!(io::stderr().lock(), "{}", text.trim_end()));
}

/// Writes over the last line of standard error, as well as it can be done.
pub(crate) fn overwrite(text: &str) {
    // There is nowhere to tell that standard error is closed.
    drop(write!(io::stderr().lock(), "\r{text:<79.79}\r"));
}

/// Prints what the command line's parser has to say: help, the version, or what is wrong.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Pass };
    match error.print() {
        Err(error) if exit == Exit::Pass && error.kind() != ErrorKind::BrokenPipe => Exit::Output,
        Ok(()) | Err(_) => exit,
    }
}

/// Returns whether standard output is to be coloured.
pub(crate) fn style(color: Color) -> Style {
    let unwanted = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let colored = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stdout().is_terminal() && !unwanted("NO_COLOR"),
    };
    if colored { Style::COLORED } else { Style::PLAIN }
}

/// Writes files into a folder, which is made if there is none.
pub(crate) fn save(folder: &Path, files: &[(&str, &str)]) -> Result<(), Stop> {
    fs::create_dir_all(folder).map_err(|error| Stop::output(folder.display(), error))?;
    for (name, text) in files {
        let path = folder.join(name);
        let temporary = folder.join(format!(".{name}.{}.tmp", process::id()));
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            // The file may not even exist; what matters is the first error.
            drop(fs::remove_file(&temporary));
            return Err(Stop::output(path.display(), error));
        }
    }
    Ok(())
}
