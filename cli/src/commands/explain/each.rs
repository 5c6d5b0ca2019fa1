//! One story after the other, whoever tells it.

use std::ffi::OsString;
use std::io::{self, Write};

use serde::Serialize;

use crate::exit::Exit;
use crate::output::{self, Format};

/// Tells the story of each URL, as an object a line or as text. A URL that can't be told of is said, and the others still are.
pub(super) fn each<S: Serialize>(
    urls: &[OsString],
    format: Format,
    mut tell: impl FnMut(&OsString) -> anyhow::Result<S>,
    write: impl Fn(&mut dyn Write, &S) -> io::Result<()>,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Fine;
    for (index, url) in urls.iter().enumerate() {
        let story = match tell(url) {
            Ok(story) => story,
            Err(error) => {
                let url = output::shown(&url.to_string_lossy());
                output::error(&error.context(format!("cannot explain {url}")));
                exit = Exit::CouldNotRun;
                continue;
            }
        };
        match format {
            Format::Json => {
                let mut out = output::raw_stdout();
                output::json_line(&mut out, &story)?;
                out.flush()?;
            }
            Format::Text => {
                let mut out = output::stdout();
                if index > 0 {
                    writeln!(out)?;
                }
                write(&mut out, &story)?;
                out.flush()?;
            }
        }
    }
    Ok(exit)
}
