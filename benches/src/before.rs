//! The run before: its main figures, kept beside those of this one, so that a change for the worse shows.
//!
//! Nanoseconds of two days can't be compared, ratios to a yardstick of the same run can: `hashbrown` for lookups, the floor and
//! the bare walk for compiling, JSON for opening. Instruction counts need none. Only full runs are compared.

use crate::measure::Pace;
use crate::numbers::{count, pages};
use crate::parts::compiling::name;
use crate::requests::Mix;
use crate::results::{Figure, Name, Part, Results};

/// The main figures of the parts that were run in full.
pub fn figures(results: &Results) -> Vec<Figure> {
    let mut figures = Figures { commit: results.machine.commit.clone(), list: Vec::new() };
    for site in full(&results.lookup).into_iter().flatten() {
        for mix in [Mix::Hit, Mix::Redirect, Mix::Miss, Mix::Mixed] {
            let cell = site.cell(Name::Hashbrown, mix, Pace::StartToEnd);
            let what = format!("{}, {}: times `hashbrown`", mix.name(), pages(site.pages));
            figures.more("lookup", what, cell.map(|cell| cell.ratio));
        }
    }
    for opening in full(&results.opening).into_iter().flatten().filter(|one| one.from.starts_with("JSON")) {
        let what = format!("first lookup, {}: times sooner than from JSON", pages(opening.pages));
        figures.more("opening", what, opening.ratio);
    }
    for tree in full(&results.compiling).into_iter().flat_map(|compiling| &compiling.trees) {
        for (doing, pair, yardstick) in [
            ("compile", [name::COMPILE, name::FLOOR], "the floor"),
            ("compile again", [name::AGAIN, name::WALK], "the bare walk"),
        ] {
            let what = format!("{doing} {} {}: times {yardstick}", count(tree.files), tree.kind.text());
            figures.less("compiling", what, tree.ratio(pair[0], pair[1]));
        }
    }
    for one in full(&results.instructions).into_iter().flatten() {
        figures.less("instructions", format!("{}, {}: instructions", one.kind, one.call), Some(one.count));
    }
    figures.list
}

struct Figures {
    commit: String,
    list: Vec<Figure>,
}

impl Figures {
    /// A figure of which more is better.
    fn more(&mut self, part: &str, what: String, value: Option<f64>) {
        let Some(value) = value else { return };
        let commit = self.commit.clone();
        self.list.push(Figure { part: part.to_owned(), what, value, less_is_better: false, commit });
    }

    /// A figure of which less is better.
    fn less(&mut self, part: &str, what: String, value: Option<f64>) {
        let Some(value) = value else { return };
        let commit = self.commit.clone();
        self.list.push(Figure { part: part.to_owned(), what, value, less_is_better: true, commit });
    }
}

fn full<T>(part: &Part<T>) -> Option<&T> {
    part.figures.as_ref().filter(|_| !part.quick)
}
