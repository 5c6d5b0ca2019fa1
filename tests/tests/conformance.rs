//! Every recorded answer of the real servers, reproduced.

use trailmark_tests::conformance::{SUITES, run};

#[test]
fn every_recorded_outcome_is_reproduced() {
    let mut failed = false;
    for suite in SUITES {
        let tally = run(suite).unwrap();
        println!("{suite} {}/{}", tally.equal, tally.total);
        assert!(tally.total > 0, "{suite} is empty");
        failed |= tally.equal != tally.total;
        for difference in &tally.differences {
            println!("{difference}\n");
        }
    }
    assert!(!failed, "answers differ from the recorded ones; see above");
}
