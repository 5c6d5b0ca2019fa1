//! Turns the media-type tables of `media-types/` into perfect-hash maps, compiled into the crate.
//!
//! Given: one JSON object for each platform, lower-case extension to media type. Gives: `media_types.rs` in
//! the build's output folder, with one `phf::Map` for each platform whose values are finished `Content-Type`
//! headers. `src/media_type.rs` includes that file and says which rules apply.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Table file and name of the map made from it.
const TABLES: [(&str, &str); 2] =
    [("media-types/workers.json", "WORKERS"), ("media-types/pages.json", "PAGES")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let crate_dir = env::var("CARGO_MANIFEST_DIR")?;
    let mut source = String::new();
    for (file, name) in TABLES {
        println!("cargo::rerun-if-changed={file}");
        let text = fs::read_to_string(Path::new(&crate_dir).join(file))?;
        let table: BTreeMap<String, String> = serde_json::from_str(&text)?;
        write_map(&mut source, name, &table)?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("media_types.rs"), source)?;
    Ok(())
}

/// Appends `static <name>` with an entry for every extension. The sorted table keeps the output reproducible.
fn write_map(
    source: &mut String,
    name: &str,
    table: &BTreeMap<String, String>,
) -> Result<(), Box<dyn Error>> {
    let mut map = phf_codegen::Map::new();
    for (extension, media_type) in table {
        map.entry(extension.as_str(), format!("{:?}", content_type(media_type)));
    }
    writeln!(source, "static {name}: phf::Map<&'static str, &'static str> = {};", map.build())?;
    Ok(())
}

/// The header value for a media type: both platforms add the character set to `text/*`.
fn content_type(media_type: &str) -> String {
    if media_type.starts_with("text/") {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_owned()
    }
}
