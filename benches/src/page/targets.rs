//! The targets beside the results, and for each that is missed, what limits it.

mod compiling;
mod lookup;

use super::Table;
use crate::results::Results;

/// What is wanted of a figure.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

impl Wanted {
    fn is_met(self, value: f64) -> bool {
        match self {
            Wanted::AtLeast(least) => value >= least,
            Wanted::AtMost(most) => value <= most,
        }
    }
}

/// A target.
struct Target {
    what: String,
    target: &'static str,
    wanted: Wanted,
    /// The figure; `None` if it was not measured.
    value: Option<f64>,
    /// The figure as it is shown, with what it is made of.
    shown: String,
    /// What limits it: sentences, made of figures of the same run.
    limit: String,
}

/// The section.
pub(super) fn section(results: &Results) -> String {
    let targets = targets(results);
    let mut text = String::from(
        "\n## Targets and results\n\nMet or missed by the median. Behind the ratio are the two medians that it belongs to; since a \
         ratio is the median of the rounds' ratios, it is not exactly their quotient.\n",
    );
    let mut table = Table::of_text(["what", "target", "measured", ""]);
    for target in &targets {
        let state = match target.value {
            None => "not measured",
            Some(value) if target.wanted.is_met(value) => "met",
            Some(_) => "**missed**",
        };
        let shown = if target.value.is_none() { String::new() } else { target.shown.clone() };
        table.row([target.what.clone(), target.target.to_owned(), shown, state.to_owned()]);
    }
    text.push_str(&table.finish());
    let missed: Vec<&Target> = targets
        .iter()
        .filter(|target| target.value.is_some_and(|value| !target.wanted.is_met(value)))
        .collect();
    if !missed.is_empty() {
        text.push_str("\nWhat limits the ones that are missed:\n\n");
        for target in missed {
            text.push_str(&format!("- *{}*: {}. {}\n", target.what, target.shown, target.limit));
        }
    }
    text
}

fn targets(results: &Results) -> Vec<Target> {
    let mut targets = lookup::targets(results);
    targets.extend(compiling::targets(results));
    targets.extend(lookup::size_and_rules(results));
    targets
}
