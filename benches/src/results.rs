//! What was measured, as data: written to `docs/bench/results.json`, and read again when only a part is measured anew.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::measure::{Comparison, Pace};
use crate::requests::Mix;

/// Everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Results {
    /// Where.
    pub machine: Machine,
    /// Lookups on generated sites, by size.
    pub lookup: Part<Vec<SiteResult>>,
    /// Misses on generated sites where many folders own a `404.html`.
    pub walks: Part<Vec<SiteResult>>,
    /// Lookups on real sites.
    pub sites: Part<Vec<SiteResult>>,
    /// Opening.
    pub opening: Part<Vec<Opening>>,
    /// Compiling.
    pub compiling: Part<Compiling>,
    /// The cost of rules that do not match.
    pub redirects: Part<Vec<RedirectCost>>,
    /// Instruction counts.
    pub instructions: Part<Vec<Instructions>>,
    /// The main figures of the full run before.
    pub before: Vec<Figure>,
}

/// A main figure, to be compared from run to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The part of the run that it is from.
    pub part: String,
    /// What was measured, and against what.
    pub what: String,
    /// The figure.
    pub value: f64,
    /// Whether less of it is better.
    pub less_is_better: bool,
    /// The commit that was measured.
    pub commit: String,
}

impl Figure {
    /// How many times better this one is than the one before.
    pub fn gain(&self, before: &Figure) -> f64 {
        if self.less_is_better { before.value / self.value } else { self.value / before.value }
    }
}

/// A part that was measured, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Part<T> {
    /// Whether it was a quick run.
    pub quick: bool,
    /// How long it took, seconds.
    pub seconds: f64,
    /// The figures; `None` if it has not been measured.
    pub figures: Option<T>,
}

/// Lookups on one site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SiteResult {
    /// Its name, or its size.
    pub site: String,
    /// HTML pages.
    pub pages: usize,
    /// All files.
    pub assets: usize,
    /// Folders that own a `404.html`.
    pub not_found_pages: usize,
    /// Stored routes: what a table that holds every form has to hold.
    pub routes: usize,
    /// Mean length of the files' paths, bytes.
    pub path_len: f64,
    /// Making the manifest from the list of files, in memory, seconds.
    pub build_seconds: f64,
    /// The sections of the manifest, bytes.
    pub sections: Vec<(String, u64)>,
    /// Length of the manifest, bytes.
    pub bytes: u64,
    /// The others.
    pub contestants: Vec<ContestantResult>,
    /// Peak memory of the process that measured, bytes.
    pub peak: Option<u64>,
}

/// One contestant on one site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ContestantResult {
    /// Who.
    pub name: Name,
    /// Building it from the routes, seconds.
    pub build_seconds: f64,
    /// What it takes in memory, bytes as asked for.
    pub bytes: u64,
    /// Compared with the manifest.
    pub cells: Vec<Cell>,
}

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// `hashbrown` with `foldhash`.
    Hashbrown,
    /// The same, with the folders that own a `404.html` in a map of their own.
    HashbrownFolders,
    /// The first again, in a process whose allocator asks for huge pages.
    HashbrownHuge,
    /// The standard library's map.
    Std,
    /// `phf::Map`.
    Phf,
    /// `ptr_hash` and records.
    PtrHash,
    /// `fst::Map`.
    Fst,
    /// The platform's own way.
    Cloudflare,
    /// Our own whole answer.
    WholeAnswer,
    /// Our own call for many requests at once.
    Batch,
    /// Nobody: parsing alone.
    ParseOnly,
    /// Nobody: one access to memory.
    OneAccess,
    /// Nobody: the loop that measures.
    EmptyLoop,
    /// Our own manifest in memory of the process instead of mapped.
    InMemory,
}

impl Name {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Name::Hashbrown => "`hashbrown` + foldhash",
            Name::HashbrownFolders => "the same, 404 folders in a map of their own",
            Name::HashbrownHuge => "`hashbrown` + foldhash, heap in huge pages",
            Name::Std => "std `HashMap`",
            Name::Phf => "`phf::Map`",
            Name::PtrHash => "`ptr_hash` + records",
            Name::Fst => "`fst::Map`",
            Name::Cloudflare => "Cloudflare's way",
            Name::WholeAnswer => "Trailmark, the whole answer",
            Name::Batch => "Trailmark, the batch call",
            Name::OneAccess => "one access to the file, anywhere, and nothing else",
            Name::EmptyLoop => "the measuring loop with nothing in it",
            Name::ParseOnly => "parsing the request, and no answer",
            Name::InMemory => "Trailmark, read instead of mapped",
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cell {
    /// Which requests.
    pub mix: Mix,
    /// How they follow each other.
    pub pace: Pace,
    /// What came out.
    pub times: Comparison,
}

impl SiteResult {
    /// A contestant's result.
    pub fn of(&self, name: Name) -> Option<&ContestantResult> {
        self.contestants.iter().find(|contestant| contestant.name == name)
    }

    /// One comparison.
    pub fn cell(&self, name: Name, mix: Mix, pace: Pace) -> Option<Comparison> {
        let cell = self.of(name)?.cells.iter().find(|cell| (cell.mix, cell.pace) == (mix, pace))?;
        Some(cell.times)
    }

    /// Our own time: the median over all contestants that it was compared with.
    pub fn ours(&self, mix: Mix, pace: Pace) -> Option<f64> {
        let cells = self.contestants.iter().flat_map(|contestant| &contestant.cells);
        let times: Vec<f64> =
            cells.filter(|cell| (cell.mix, cell.pace) == (mix, pace)).map(|cell| cell.times.ours).collect();
        (!times.is_empty()).then(|| crate::measure::median(times))
    }

    /// Bytes of a section.
    pub fn section(&self, name: &str) -> u64 {
        self.sections.iter().filter(|(section, _)| section == name).map(|(_, len)| len).sum()
    }
}

/// The first lookup of a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opening {
    /// Size of the site.
    pub pages: usize,
    /// How the routes come in.
    pub from: String,
    /// Length of the file, bytes.
    pub bytes: u64,
    /// From opening the file to the first answer, median, seconds.
    pub seconds: f64,
    /// How many times longer than mapping the manifest, median of the rounds; `None` for that itself.
    pub ratio: Option<f64>,
    /// The second lookup, another path, median, nanoseconds.
    pub second_ns: f64,
    /// Peak memory of the process, bytes.
    pub peak: Option<u64>,
    /// Processes started.
    pub rounds: usize,
}

/// Compiling folders.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Compiling {
    /// A folder each.
    pub trees: Vec<Tree>,
    /// Versions of the programs that were compared.
    pub versions: Vec<(String, String)>,
    /// Folders that could not be measured.
    pub failures: Vec<String>,
}

/// A folder, and what was done with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tree {
    /// What it is.
    pub kind: TreeKind,
    /// Number of folders; zero in results of earlier versions.
    #[serde(default)]
    pub folders: usize,
    /// Files in it.
    pub files: usize,
    /// Their size, bytes.
    pub bytes: u64,
    /// Who did what.
    pub runs: Vec<Run>,
    /// Stages of one compilation as it tells them itself, seconds.
    pub stages: Vec<(String, f64)>,
    /// Stages when it is compiled again, seconds.
    #[serde(default)]
    pub stages_again: Vec<(String, f64)>,
}

/// Kinds of folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreeKind {
    /// A site with files of 12 KB on average, most pages in a folder of their own.
    Small,
    /// Files of the same sizes, a hundred to a folder.
    Flat,
    /// Files of 64 MiB.
    Large,
    /// A site with files of 600 bytes on average.
    Tiny,
}

impl TreeKind {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            TreeKind::Small => "small files",
            TreeKind::Flat => "small files, a hundred to a folder",
            TreeKind::Large => "files of 64 MiB",
            TreeKind::Tiny => "files of 600 bytes",
        }
    }
}

/// A program over a folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub name: String,
    /// Wall time of each round, seconds.
    pub seconds: Vec<f64>,
    /// Processor time of each round, seconds.
    pub cpu_seconds: Vec<f64>,
    /// Peak memory, bytes; the most of all rounds.
    pub peak: u64,
}

impl Tree {
    /// A run by name.
    pub fn run(&self, name: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.name == name)
    }

    /// How many times longer one run takes than another: the median over the rounds that both have.
    pub fn ratio(&self, longer: &str, shorter: &str) -> Option<f64> {
        let (longer, shorter) = (self.run(longer)?, self.run(shorter)?);
        let ratios = longer.seconds.iter().zip(&shorter.seconds).map(|(longer, shorter)| longer / shorter);
        Some(crate::measure::median(ratios))
    }
}

/// Plain pages with and without rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RedirectCost {
    /// Size of the site.
    pub pages: usize,
    /// Static and dynamic rules.
    pub rules: (usize, usize),
    /// Without (`ours`) and with (`theirs`) them.
    pub cells: Vec<Cell>,
}

/// Instructions of one call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instructions {
    /// What is called.
    pub call: String,
    /// What kind of request.
    pub kind: String,
    /// The request.
    pub target: String,
    /// Instructions of a call.
    pub count: f64,
}

impl Results {
    /// Reads what was measured before; nothing if there is nothing readable.
    pub fn load(path: &Path) -> Results {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it down, with as many digits as mean something.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut value = serde_json::to_value(self)?;
        round(&mut value);
        let text = serde_json::to_string(&value)? + "\n";
        std::fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
    }
}

/// Five digits of every number.
fn round(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => {
            let short = number.as_f64().and_then(|number| format!("{number:.4e}").parse::<f64>().ok());
            if let Some(short) = short.and_then(serde_json::Number::from_f64) {
                *number = short;
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(round),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut results = Results { machine: Machine::here(), ..Results::default() };
        let cost = RedirectCost { pages: 7, rules: (1, 2), cells: Vec::new() };
        results.redirects = Part { quick: true, seconds: 1.0 / 3.0, figures: Some(vec![cost]) };
        results.save(&path).unwrap();
        let read = Results::load(&path);
        assert_eq!(read.machine.cores, results.machine.cores);
        assert_eq!((read.redirects.seconds, read.redirects.figures.unwrap()[0].pages), (0.33333, 7));
    }
}
