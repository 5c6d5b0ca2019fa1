//! A manifest as a Rust module: its answers as tables that are compiled in, for programs that want no file at all.
//!
//! Given: a whole manifest. Gives: the text of a module with one public item, `SITE`, of type [`trailmark::tables::Site`]. The
//! look-up maps are `phf` tables that `phf_codegen` writes; all code that looks up and answers is in the crate `trailmark` (feature
//! `tables`). Equal manifests give equal bytes. See `docs/CODEGEN.md` for how to use it, and up to which size.
//!
//! From a build script:
//!
//! ```no_run
//! // build.rs
//! use std::path::Path;
//! use trailmark_compiler::{CompileOptions, codegen, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     println!("cargo::rerun-if-changed=dist");
//!     let compiled = compile(Path::new("dist"), &CompileOptions::default(), &())?;
//!     let module = codegen::module(&compiled.bytes)?;
//!     let output = Path::new(&std::env::var("OUT_DIR")?).join("routes.rs");
//!     trailmark_compiler::write(&output, module.text.as_bytes())?;
//!     Ok(())
//! }
//! ```
//!
//! and in the program, where `trailmark` is a dependency with feature `tables`:
//!
//! ```text
//! mod routes {
//!     include!(concat!(env!("OUT_DIR"), "/routes.rs"));
//! }
//! ```

mod rules;
mod stems;
mod text;

use trailmark::tables::{Contents, VERSION};
use trailmark::{Manifest, OpenError, RuleId, VerifyError};

use crate::options::Platform;
use crate::provenance::{Provenance, ProvenanceError};
use text::{Text, quoted};

/// The most files and stems of a site that is made into a module. Above it, compilers take minutes and gigabytes
/// (`docs/CODEGEN.md`).
pub const MOST_ROWS: usize = 250_000;
/// The number of files and stems from which on an embedded manifest is the better choice.
pub const SENSIBLE_ROWS: usize = 20_000;

/// A generated module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Module {
    /// Its text.
    pub text: String,
    /// Rows of the table of stems.
    pub stems: usize,
    /// Distinct answers of stems.
    pub shapes: usize,
    /// Rows of the table of assets.
    pub assets: usize,
}

impl Module {
    /// Whether the site is so large that compiling the module takes long, and an embedded manifest is the better choice.
    pub fn is_large(&self) -> bool {
        self.stems + self.assets > SENSIBLE_ROWS
    }
}

/// Why a manifest is not made into a module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodegenError {
    /// The bytes are no manifest of this version.
    #[error("this is no manifest to generate a module from")]
    Open(#[from] OpenError),
    /// The manifest is damaged.
    #[error("the manifest is damaged; compile the site again")]
    Damaged(#[from] VerifyError),
    /// It is made for a host other than Cloudflare's.
    #[error(
        "the manifest is for {host}: tables are compiled in for Workers and Pages alone, since the rules of other hosts are data of a \
         manifest that is read at run time; embed the manifest itself with `include_bytes!`"
    )]
    OtherHost {
        /// The host.
        host: String,
    },
    /// It does not say what built it.
    #[error(transparent)]
    Provenance(#[from] ProvenanceError),
    /// It holds something that tables can't.
    #[error("the manifest holds something that tables can't; compile the site again with this version")]
    Unsupported,
    /// The site is too large.
    #[error(
        "the site is too large for compiled-in tables: {rows} files and stems, at most {MOST_ROWS}; compile it into a manifest \
         (`trailmark compile`) and embed that with `include_bytes!`, which costs the compiler nothing"
    )]
    TooLarge {
        /// Files and stems.
        rows: usize,
    },
}

/// Makes a module of a manifest. O(size of the site); the search for a perfect hash takes about a microsecond a stem.
///
/// # Errors
/// [`CodegenError`]: bytes that are no whole manifest, or one of more than [`MOST_ROWS`] files and stems.
pub fn module(manifest: &[u8]) -> Result<Module, CodegenError> {
    let manifest = Manifest::open(manifest)?;
    manifest.verify()?;
    if let Some(host) = manifest.host() {
        return Err(CodegenError::OtherHost { host: host.to_owned() });
    }
    let rows = manifest.asset_count() + manifest.stem_count() as usize;
    if rows > MOST_ROWS {
        return Err(CodegenError::TooLarge { rows });
    }
    let provenance = Provenance::read(&manifest)?;
    let contents = manifest.contents().ok_or(CodegenError::Unsupported)?;
    let mut text = Text::default();
    header(&mut text, &provenance, manifest.base(), &contents)?;
    site(&mut text, &manifest, &contents);
    let shapes = stems::write(&mut text, &contents).ok_or(CodegenError::Unsupported)?;
    stems::write_assets(&mut text, &contents);
    rules::write(&mut text, &contents);
    text.line("}");
    text.line("");
    text.line("#[rustfmt::skip]");
    text.line("#[allow(unused_imports, unreachable_pub)]");
    text.line("pub use tables::SITE;");
    Ok(Module { text: text.finish(), stems: contents.stems.len(), shapes, assets: contents.assets.len() })
}

/// What made it, and of what: nothing of when or where.
fn header(
    text: &mut Text,
    provenance: &Provenance,
    base: &str,
    contents: &Contents<'_>,
) -> Result<(), CodegenError> {
    let options = provenance.options()?;
    let handling = match options.platform {
        Platform::Workers => {
            format!(", html handling {}, not-found {}", options.html_handling, options.not_found_handling)
        }
        Platform::Pages => String::new(),
    };
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    text.line(&format!(
        "// The routes of a static site: generated by `trailmark codegen` {}. Do not edit; generate it again.",
        provenance.compiler
    ));
    text.line("//");
    let base = match base {
        "" => String::new(),
        base => format!(", below {}", quoted(base)),
    };
    text.line(&format!("// Answers of: {}{handling}{base}.", in_words(options.platform)));
    text.line(&format!(
        "// Holds: {}, {}, {} of _redirects, {} of _headers.",
        plural(contents.assets.len(), "file"),
        plural(contents.stems.len(), "stem"),
        plural(contents.redirects.len(), "rule"),
        plural(contents.header_rules.len(), "rule"),
    ));
    text.line("//");
    text.line("// Needs the crate `trailmark` with feature `tables`. `SITE.answer(&request)` answers; see `trailmark::tables`.");
    text.line("");
    text.line("#[rustfmt::skip]");
    text.line("#[allow(clippy::all, clippy::pedantic, clippy::restriction, clippy::nursery, missing_docs, unused_imports)]");
    text.line("#[allow(unreachable_pub, dead_code)]");
    text.line("mod tables {");
    text.line("use ::trailmark::tables::phf;");
    text.line("use ::trailmark::tables::Effect::{Miss, Redirect, RedirectTo, Serve, ServeAsset};");
    text.line("use ::trailmark::tables::HeaderSet::{FindOut, Nothing, Set};");
    text.line("use ::trailmark::tables::{");
    text.line("    AssetRow, Dispatch, Entry, HeaderRuleRow, Misses, NotFound, Policy, RedirectKind, RedirectRow, Router, RouterFirst,");
    text.line("    RouterKind, Shape, Site, Stem,");
    text.line("};");
    text.line("use ::trailmark::{Form, Platform};");
    text.line("");
    text.line("/// No form of a stem, and no rule, knows the path.");
    text.line("const MISS: Entry = Entry { effect: Miss, rule: 0, redirect: None, headers: Nothing };");
    text.line("");
    text.line(&format!(
        "const _: () = assert!(::trailmark::tables::VERSION == {VERSION}, \"generated for another version of the crate trailmark: run `trailmark codegen` again\");"
    ));
    text.line("");
    Ok(())
}

fn in_words(platform: Platform) -> &'static str {
    match platform {
        Platform::Workers => "Cloudflare Workers static assets",
        Platform::Pages => "Cloudflare Pages",
    }
}

/// The item that a program uses, and in it the order in which the tables follow.
fn site(text: &mut Text, manifest: &Manifest<'_>, contents: &Contents<'_>) {
    let platform = match manifest.platform() {
        trailmark::Platform::Pages => "Pages",
        _ => "Workers",
    };
    text.line("/// The site: asked for answers as a `trailmark::Manifest` is.");
    text.line("pub static SITE: Site = Site {");
    text.line(&format!(
        "    policy: Policy::new(Platform::{platform}, Misses::{:?}, {:?}, {:?}),",
        contents.misses, contents.single_page_asset, contents.root_not_found_asset
    ));
    text.line(&format!("    base: {},", quoted(manifest.base())));
    text.line("    stems: &STEMS,");
    text.line("    shapes: SHAPES,");
    text.line("    assets: ASSETS,");
    text.line(&format!(
        "    not_found: NotFound {{ depths: {:#b}, longest: {}, folders: &NOT_FOUND_FOLDERS }},",
        contents.not_found_depths, contents.longest_not_found
    ));
    text.line("    redirects: REDIRECTS,");
    text.line("    raw_redirects: RAW_REDIRECTS,");
    text.line(&format!(
        "    redirect_dispatch: Dispatch {{ anywhere: {:#x}, by_segment: REDIRECT_SEGMENTS }},",
        contents.redirect_dispatch.0
    ));
    text.line("    header_rules: HEADER_RULES,");
    text.line("    header_sets: HEADER_SETS,");
    text.line(&format!(
        "    header_dispatch: Dispatch {{ anywhere: {:#x}, by_segment: HEADER_SEGMENTS }},",
        contents.header_dispatch.0
    ));
    text.line("    router: Router {");
    text.line(&format!(
        "        has_script: {}, first: RouterFirst::{:?}, navigation: {}, exclude: ROUTER_EXCLUDES, include: ROUTER_INCLUDES,",
        manifest.has_script(),
        contents.router_first,
        contents.navigation
    ));
    text.line("    },");
    text.line("    rule_names: RULE_NAMES,");
    text.line("};");
    let applied: Vec<u16> = stems::rules(contents);
    let names = contents.rule_names.iter();
    let names: Vec<_> =
        names.filter(|(id, _)| RuleId::OF_RUNTIME.contains(&RuleId(*id)) || applied.contains(id)).collect();
    let docs = "The rules that answers name, by number.";
    text.table(docs, "RULE_NAMES", "(u16, &str)", names.iter(), |(id, name)| {
        format!("({id}, {})", quoted(name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_manifest_and_damaged_ones_are_refused() {
        assert!(matches!(module(b"no"), Err(CodegenError::Open(_))));
        let mut bytes = crate::manifest_of(Vec::new(), crate::RoutingOptions::default()).unwrap();
        assert!(module(&bytes).is_ok());
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(matches!(module(&bytes), Err(CodegenError::Damaged(_))));
    }
}
