//! The large tables: stems, what their forms answer, and assets.

use rustc_hash::FxHashMap;
use trailmark::tables::{Contents, FormContents, HeaderSet, StemContents, StoredAnswer};
use trailmark::{Form, RuleId};

use super::text::{Text, byte_array, quoted};

/// What one form of a stem answers, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Row {
    effect: Effect,
    rule: RuleId,
    redirect: Option<u16>,
    headers: HeaderSet,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Effect {
    Miss,
    Serve(u8),
    ServeAsset(u32),
    Redirect(Form),
    RedirectTo(String),
}

/// Writes stems and shapes; the number of shapes. `None` if there are too many.
pub(super) fn write(text: &mut Text, contents: &Contents<'_>) -> Option<usize> {
    let mut shapes: Vec<[Row; 8]> = Vec::new();
    let mut users: Vec<usize> = Vec::new();
    let mut number_of: FxHashMap<[Row; 8], u16> = FxHashMap::default();
    let mut map = phf_codegen::Map::new();
    map.phf_path("phf");
    for stem in &contents.stems {
        let (base, shape) = shape_of(stem);
        let number = match number_of.get(&shape) {
            Some(&number) => number,
            None => {
                let number = u16::try_from(shapes.len()).ok()?;
                shapes.push(shape.clone());
                users.push(0);
                number_of.insert(shape, number);
                number
            }
        };
        users[usize::from(number)] += 1;
        map.entry(stem.stem, format!("Stem {{ shape: {number}, base: {base} }}"));
    }
    let docs = "Every stem for which something is stored: its shape, and its first asset.";
    text.map(docs, "STEMS", "Stem", map.build());
    let name_of = |rule: RuleId| {
        let found = contents.rule_names.binary_search_by_key(&rule.0, |(id, _)| *id);
        found.ok().and_then(|index| contents.rule_names.get(index)).map_or("unknown", |(_, name)| *name)
    };
    text.line("");
    text.line("/// What the forms of a stem answer: bare, /, .html, /index, /index.html, /index/, /index/index, /index/index.html.");
    text.line("static SHAPES: &[Shape] = &[");
    for ((number, shape), users) in shapes.iter().enumerate().zip(&users) {
        let stems = if *users == 1 { "stem" } else { "stems" };
        text.line(&format!("    // {number}: {users} {stems}"));
        text.line("    [");
        for row in shape {
            text.line(&format!("        {}", row.shown(&name_of)));
        }
        text.line("    ],");
    }
    text.line("];");
    Some(shapes.len())
}

/// The numbers of the rules that stored answers name, ascending.
pub(super) fn rules(contents: &Contents<'_>) -> Vec<u16> {
    let forms = contents.stems.iter().flat_map(|stem| stem.forms.iter());
    let mut rules: Vec<u16> = forms.filter_map(|form| Some(form.answer.as_ref()?.1.0)).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The stem's first asset, and its answers counted from that.
fn shape_of(stem: &StemContents<'_>) -> (u32, [Row; 8]) {
    let served = stem.forms.iter().filter_map(|form| match form.answer {
        Some((StoredAnswer::Serve(asset), _)) => Some(asset),
        _ => None,
    });
    let base = served.min().unwrap_or(0);
    (base, std::array::from_fn(|form| row_of(stem, &stem.forms[form], base)))
}

fn row_of(stem: &StemContents<'_>, form: &FormContents, base: u32) -> Row {
    let (effect, rule) = match &form.answer {
        None => (Effect::Miss, RuleId(0)),
        Some((StoredAnswer::Serve(asset), rule)) => {
            let near = u8::try_from(asset - base).ok().filter(|&number| number < 8);
            (near.map_or(Effect::ServeAsset(*asset), Effect::Serve), *rule)
        }
        Some((StoredAnswer::Redirect(target), rule)) => (redirect(stem.stem, target), *rule),
    };
    Row { effect, rule, redirect: form.redirect, headers: form.headers }
}

fn redirect(stem: &str, target: &str) -> Effect {
    let suffix = target.strip_prefix(stem);
    let form = Form::ALL.into_iter().find(|form| suffix == Some(form.suffix()));
    form.map_or_else(|| Effect::RedirectTo(target.to_owned()), Effect::Redirect)
}

impl Row {
    fn shown<'n>(&self, name_of: &impl Fn(RuleId) -> &'n str) -> String {
        if (&self.effect, self.redirect, self.headers) == (&Effect::Miss, None, HeaderSet::Nothing) {
            return "MISS,".to_owned();
        }
        let effect = match &self.effect {
            Effect::Miss => "Miss".to_owned(),
            Effect::Serve(number) => format!("Serve({number})"),
            Effect::ServeAsset(asset) => format!("ServeAsset({asset})"),
            Effect::Redirect(form) => format!("Redirect(Form::{form:?})"),
            Effect::RedirectTo(path) => format!("RedirectTo({})", quoted(path)),
        };
        let entry = format!(
            "Entry {{ effect: {effect}, rule: {}, redirect: {:?}, headers: {:?} }},",
            self.rule.0, self.redirect, self.headers
        );
        if self.effect == Effect::Miss { entry } else { format!("{entry} // {}", name_of(self.rule)) }
    }
}

/// Writes the assets, and the folders that own a not-found page.
pub(super) fn write_assets(text: &mut Text, contents: &Contents<'_>) {
    text.line("");
    text.line("/// Every file, ordered by stem, then form.");
    text.line("static ASSETS: &[AssetRow] = &[");
    for asset in &contents.assets {
        let optional =
            |text: Option<&str>| text.map_or("None".to_owned(), |text| format!("Some({})", quoted(text)));
        let canonical = asset.canonical_url().map(|url| {
            let url = url.to_string();
            trailmark::decode_path(&url, trailmark::DecodeMode::Whole)
        });
        text.line(&format!(
            "    AssetRow {{ path: {}, canonical: {}, size: {}, media_type: {}, etag: *b{}, fingerprint: {} }},",
            quoted(&asset.site_path().to_string()),
            optional(canonical.as_deref()),
            asset.size(),
            optional(asset.media_type()),
            quoted(asset.etag().as_str()),
            byte_array(asset.fingerprint()),
        ));
    }
    text.line("];");
    let mut map = phf_codegen::Map::new();
    map.phf_path("phf");
    for &(folder, asset) in &contents.not_found {
        map.entry(folder, asset.to_string());
    }
    text.map(
        "The folders below the root that own a 404.html, with its asset.",
        "NOT_FOUND_FOLDERS",
        "u32",
        map.build(),
    );
}
