//! This run beside the full run before it.

use super::Table;
use crate::before::figures;
use crate::measure::median;
use crate::numbers::{count, ratio};
use crate::results::Results;

/// The section; nothing if there was no full run before, or this is none.
pub(super) fn section(results: &Results) -> String {
    let mut table = Table::new(["what", "before", "now", "times better"]);
    let (mut gains, mut commits) = (Vec::new(), Vec::new());
    for now in figures(results) {
        let is_same =
            |figure: &&crate::results::Figure| (&figure.part, &figure.what) == (&now.part, &now.what);
        let Some(before) = results.before.iter().find(is_same) else { continue };
        let gain = now.gain(before);
        gains.push(gain);
        if !commits.contains(&before.commit.as_str()) {
            commits.push(before.commit.as_str());
        }
        let shown =
            |value: f64| if now.part == "instructions" { count(value as usize) } else { ratio(value) };
        table.row([now.what.clone(), shown(before.value), shown(now.value), ratio(gain)]);
    }
    if gains.is_empty() {
        return String::new();
    }
    format!(
        "\n## Against the run before\n\nThe full run before this one was of commit {}; this one is of {}. Each figure is a ratio to \
         a yardstick measured in the same run, or a count. Below 1 in the last column is worse than before; by how much figures \
         differ from run to run without any change, the rows show that nothing was done about. The median of the last column is \
         {}, the lowest {}.\n{}",
        commits.join(", "),
        results.machine.commit,
        ratio(median(gains.iter().copied())),
        ratio(gains.iter().copied().fold(f64::INFINITY, f64::min)),
        table.finish()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Instructions, Part};

    fn run(count: f64) -> Results {
        let one = Instructions { call: "lookup".into(), kind: "hit".into(), target: "/".into(), count };
        let part = Part { quick: false, seconds: 1.0, figures: Some(vec![one]) };
        Results { instructions: part, ..Results::default() }
    }

    #[test]
    fn fewer_instructions_than_before_are_better() {
        assert_eq!(section(&run(400.0)), "", "there was no run before");
        let now = Results { before: figures(&run(500.0)), ..run(400.0) };
        assert!(
            section(&now).contains("| hit, lookup: instructions | 500 | 400 | 1.25 |"),
            "{}",
            section(&now)
        );
    }

    #[test]
    fn a_quick_run_is_not_compared() {
        let mut now = Results { before: figures(&run(500.0)), ..run(400.0) };
        now.instructions.quick = true;
        assert_eq!(section(&now), "");
    }
}
