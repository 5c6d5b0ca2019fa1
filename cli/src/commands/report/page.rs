//! The page: what `integrations/report` was built into, with the site put into its places.

use std::io::{self, Write};

use super::packed;
use crate::output::escaped;

/// Built by `cargo xtask report`, which also says whether it is stale.
const TEMPLATE: &str = include_str!("../../../assets/report.html");
/// The runtime as WebAssembly, raw deflate.
const WASM: &[u8] = include_bytes!("../../../assets/trailmark.wasm.deflate");

/// A place of the template, between two `@@`.
const PLACE: &str = "@@";

/// Writes the page. `data` is JSON, `manifest` the bytes that the data describe.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(out: &mut impl Write, title: &str, data: &[u8], manifest: &[u8]) -> io::Result<()> {
    for (index, piece) in TEMPLATE.split(PLACE).enumerate() {
        match piece {
            piece if index % 2 == 0 => out.write_all(piece.as_bytes())?,
            "trailmark-title" => out.write_all(escaped(title).as_bytes())?,
            "trailmark-data" => packed::pack(&mut *out, data)?,
            "trailmark-wasm" => packed::write(&mut *out, WASM)?,
            "trailmark-manifest" => packed::pack(&mut *out, manifest)?,
            other => return Err(io::Error::other(format!("the page has a place called {other}: a bug"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_each_place_and_no_other() {
        let places: Vec<&str> = TEMPLATE.split(PLACE).skip(1).step_by(2).collect();
        let [title, data, wasm, manifest] =
            ["trailmark-title", "trailmark-data", "trailmark-wasm", "trailmark-manifest"];
        assert_eq!(places, [title, title, data, wasm, manifest]);
        assert_eq!(TEMPLATE.split(PLACE).count() % 2, 1);
    }
}
