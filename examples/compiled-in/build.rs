//! Writes the routes of `../plain-html` as a module: `trailmark codegen ../plain-html -o routes.rs`, from a build script.

use std::env;
use std::error::Error;
use std::path::Path;

use trailmark_compiler::{CompileOptions, codegen, compile, write};

const DIST: &str = "../plain-html";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DIST}");
    let compiled = compile(Path::new(DIST), &CompileOptions::default(), &())?;
    let module = codegen::module(&compiled.bytes)?;
    write(&Path::new(&env::var("OUT_DIR")?).join("routes.rs"), module.text.as_bytes())?;
    Ok(())
}
