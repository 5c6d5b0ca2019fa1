//! What rules that do not match cost: the same site without and with 2,000 static and 100 dynamic `_redirects` rules, asked
//! for plain pages through the whole of `Manifest::answer`.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use trailmark::ManifestFile;
use trailmark_compiler::config::redirects::{self, RedirectOptions, Redirects, RuleKind};
use trailmark_compiler::{RoutingOptions, SiteRules, manifest_of, manifest_with_rules};

use super::Plan;
use crate::contestants::trailmark::WholeAnswer;
use crate::contestants::{self};
use crate::corpus::Corpus;
use crate::measure::{Pace, compare};
use crate::numbers::pages as pages_of;
use crate::progress::say;
use crate::requests::{Mix, Source};
use crate::results::{Cell, RedirectCost};

/// Measures the cost at several sizes.
///
/// # Errors
/// The rules are not taken, or change the answer for a plain page.
pub fn measure(plan: &Plan) -> Result<Vec<RedirectCost>> {
    let sizes: &[usize] = if plan.quick { &[10_000] } else { &[1_000, 10_000, 100_000, 1_000_000] };
    sizes.iter().map(|&pages| one_size(plan, pages).with_context(|| format!("{pages} pages"))).collect()
}

fn one_size(plan: &Plan, pages: usize) -> Result<RedirectCost> {
    say(format_args!("rules that do not match: {}", pages_of(pages)));
    let routing = RoutingOptions::default();
    let files = Corpus::of(pages).files();
    let redirects = rules(&routing)?;
    let counts = [RuleKind::Static, RuleKind::Dynamic]
        .map(|kind| redirects.rules.iter().filter(|rule| rule.kind == kind).count());
    ensure!(counts == [2000, 100], "not all rules were taken: {counts:?}");
    let rules = SiteRules { redirects: Some(redirects), ..SiteRules::default() };
    let with = ManifestFile::from_bytes(manifest_with_rules(files.clone(), routing, &rules)?)?;
    let without = ManifestFile::from_bytes(manifest_of(files, routing)?)?;
    let mut cells = Vec::new();
    let mut source = Source::new(without.manifest(), 1);
    for mix in [Mix::Hit, Mix::HitZipf] {
        let requests = source.requests(mix, pages.clamp(1 << 14, 1 << 19));
        let (ours, theirs) = (WholeAnswer(without.manifest()), WholeAnswer(with.manifest()));
        contestants::compare(&ours, &theirs, &requests, 50_000)?;
        for pace in Pace::ALL {
            cells.push(Cell { mix, pace, times: compare(&ours, &theirs, &requests, pace, plan.effort()) });
        }
    }
    Ok(RedirectCost { pages, rules: (counts[0], counts[1]), cells })
}

/// 2,000 moved pages and 100 patterns: moved sections, dates, feeds, languages, and five whose first segment can be any.
fn rules(routing: &RoutingOptions) -> Result<Redirects> {
    let mut text = String::new();
    for number in 0..2000 {
        writeln!(text, "/old/{}/page-{number} /docs/v1.0/page-{number} 301", 2000 + number % 20)?;
    }
    for number in 0..25 {
        writeln!(text, "/section-{number}/* /blog/section-{number}/:splat 301")?;
        writeln!(text, "/archive-{number}/:year/:month/:name /blog/:year/:month/01/:name/ 301")?;
        writeln!(text, "/user-{number}/:name/feed /feeds/:name.xml 302")?;
        if number < 20 {
            writeln!(text, "/docs/next-{number}/* /docs/v3.3/:splat 302")?;
        } else {
            writeln!(text, "/:language/moved-{number}/* /:language/:splat 301")?;
        }
    }
    let options = RedirectOptions { platform: routing.platform, html_handling: routing.html_handling };
    Ok(redirects::parse(&text, options))
}
