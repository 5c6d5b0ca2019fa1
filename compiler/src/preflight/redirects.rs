//! What is odd about the rules of `_redirects`: rules that never answer, and where the others lead.

use trailmark::{Form, encode_site_path};

use super::Checked;
use super::cover::{BUDGET, covers};
use super::follow::{Answered, Asker, End, Hop, Walk};
use super::warning::{Warning, WarningKind};
use crate::config::redirects::{RedirectRule, RuleKind};
use crate::config::rule_pattern::{Pattern, Token};
use crate::routes::{Answers, FormAnswer, FullAnswer, StemRoutes};
use crate::site::AssetIndex;

/// What stands for a value of `*` and `:name` where an example is needed.
const EXAMPLE: &str = "example";

/// All warnings about `_redirects`.
pub(super) fn check(checked: &Checked<'_>) -> Vec<Warning> {
    let rules = checked.rules.redirect_rules();
    let asker = Asker::new(checked.manifest, rules);
    let mut warnings = shadowed(rules);
    for index in 0..rules.len() {
        warnings.extend(destination(&asker, rules, index));
    }
    warnings.extend(hiding(checked, &asker));
    warnings
}

/// Dynamic rules that an earlier one leaves nothing. Static ones are found by their whole path, so none shadows another.
fn shadowed(rules: &[RedirectRule]) -> Vec<Warning> {
    let dynamic: Vec<_> = rules.iter().filter_map(|rule| Some((rule, rule.pattern.as_ref()?))).collect();
    let mut budget = BUDGET;
    let mut warnings = Vec::new();
    for (number, (rule, pattern)) in dynamic.iter().enumerate() {
        let mut earlier = dynamic.iter().take(number);
        if let Some((by, _)) = earlier.find(|(_, earlier)| covers(earlier, pattern, &mut budget)) {
            let message = format!(
                "`{}` never answers: line {} (`{}`) comes first and matches every path that it matches; move it above that line",
                rule.from, by.line, by.from
            );
            warnings.push(Warning::of_redirect(WarningKind::ShadowedRedirect, rule.line, message));
        }
    }
    warnings
}

/// Where a rule leads, if that is odd.
fn destination(asker: &Asker<'_>, rules: &[RedirectRule], index: usize) -> Option<Warning> {
    let rule = rules.get(index)?;
    let start = start_of(rule)?;
    let walk = asker.follow(&start);
    if walk.first_rule() != Some(index) {
        let is_behind =
            rule.kind == RuleKind::Static && walk.hops.is_empty() && walk.end == End::Script(true);
        return is_behind.then(|| behind_script(rule));
    }
    let told = Told { rule, start: &start, walk: &walk, rules };
    if matches!(walk.end, End::Loop | End::Endless) {
        return Some(told.endless());
    }
    if !is_constant(rule) {
        return None;
    }
    match (&walk.end, walk.hops.as_slice()) {
        (End::Answer { status: 404, .. }, _) => Some(told.missing()),
        (_, [first, ..]) if rule.status == 200 => Some(told.redirecting(first)),
        (_, [_, _, ..]) => Some(told.chain()),
        _ => None,
    }
}

/// A path that the rule matches: its own, or an example.
fn start_of(rule: &RedirectRule) -> Option<String> {
    let path = match rule.kind {
        RuleKind::Static => rule.from.clone(),
        RuleKind::Dynamic => example(rule.pattern.as_ref()?),
    };
    path.starts_with('/').then_some(path)
}

fn example(pattern: &Pattern) -> String {
    let text = |token: &Token| match token {
        Token::Literal(text) => text.clone(),
        _ => EXAMPLE.to_owned(),
    };
    pattern.tokens().iter().map(text).collect()
}

/// Whether the target is the same for every request.
fn is_constant(rule: &RedirectRule) -> bool {
    let tokens = rule.pattern.as_ref().map(Pattern::tokens).unwrap_or_default();
    !tokens.iter().filter_map(Token::group).any(|name| rule.to.as_str().contains(&format!(":{name}")))
}

fn behind_script(rule: &RedirectRule) -> Warning {
    let message = format!(
        "`{}` goes to the Worker or Function first, so this rule answers only what that passes on to the assets",
        rule.from
    );
    Warning::of_redirect(WarningKind::RedirectBehindScript, rule.line, message)
}

/// A rule and where it leads, to be put into words.
struct Told<'a> {
    rule: &'a RedirectRule,
    start: &'a str,
    walk: &'a Walk,
    rules: &'a [RedirectRule],
}

impl Told<'_> {
    fn warning(&self, kind: WarningKind, message: String) -> Warning {
        let message = match self.rule.kind {
            RuleKind::Static => message,
            RuleKind::Dynamic => format!("`{}`, for example: {message}", self.rule.from),
        };
        Warning::of_redirect(kind, self.rule.line, message)
    }

    fn endless(&self) -> Warning {
        let message = match self.walk.end {
            End::Loop => format!("{} is a loop; it has no end", self.path(self.walk.hops.len())),
            _ => format!("{} -> ... goes on for ever", self.path(3)),
        };
        self.warning(WarningKind::RedirectLoop, message)
    }

    fn missing(&self) -> Warning {
        let message = match self.walk.hops.len() {
            0 => format!(
                "`{}` shows `{}`, which is not served (404); name a file of the site",
                self.start,
                self.rule.to.as_str()
            ),
            count => {
                format!(
                    "{}, which is not served (404); name a path that is, or drop the rule",
                    self.path(count)
                )
            }
        };
        self.warning(WarningKind::RedirectToMissing, message)
    }

    fn redirecting(&self, first: &Hop) -> Warning {
        let (status, to) = (first.status, &first.to);
        let message = format!(
            "`{}` does not show `{}`, but answers {status} `{to}`, because html handling redirects that file's name; \
             write `{to}` as its target",
            self.start,
            self.rule.to.as_str()
        );
        self.warning(WarningKind::RewriteRedirects, message)
    }

    fn chain(&self) -> Warning {
        let count = self.walk.hops.len();
        let last = self.walk.hops.last().map(|hop| hop.to.as_str()).unwrap_or_default();
        let message = format!("{} takes {count} redirects; write `{last}` as its target", self.path(count));
        self.warning(WarningKind::RedirectChain, message)
    }

    /// The first redirects as a path, each but the first with what gives it.
    fn path(&self, most: usize) -> String {
        let mut path = format!("`{}`", self.start);
        for (number, hop) in self.walk.hops.iter().take(most).enumerate() {
            let line = hop.rule.and_then(|index| self.rules.get(index)).map(|rule| rule.line);
            let by = match line {
                _ if number == 0 => String::new(),
                Some(line) => format!(" (line {line})"),
                None => " (html handling)".to_owned(),
            };
            path.push_str(&format!(" -> `{}`{by}", hop.to));
        }
        path
    }
}

/// Rules that answer where a file would.
fn hiding(checked: &Checked<'_>, asker: &Asker<'_>) -> Vec<Warning> {
    let rules = checked.rules.redirect_rules();
    let mut hidden: Vec<(usize, Option<String>)> = vec![(0, None); rules.len()];
    for route in checked.routes {
        for (path, asset, index) in hidden_by(route) {
            let of_rule = hidden.get_mut(usize::from(index));
            if let Some((count, example)) = of_rule.filter(|_| hides(checked, asker, &path, asset, index)) {
                *count += 1;
                example.get_or_insert(path);
            }
        }
    }
    let warn = |(rule, (count, example)): (&RedirectRule, (usize, Option<String>))| {
        let example = example?;
        let files = if count == 1 { "a file".to_owned() } else { format!("{count} files") };
        let such_as = if count == 1 { "that" } else { "such as the one" };
        let message = format!("answers in place of {files} of the site, {such_as} at `{example}`");
        Some(Warning::of_redirect(WarningKind::RedirectHidesFile, rule.line, message))
    };
    rules.iter().zip(hidden).filter_map(warn).collect()
}

/// The URLs of a stem at which a file would be served, were it not for a rule: path, file, rule.
fn hidden_by<'r>(route: &'r StemRoutes<'_>) -> impl Iterator<Item = (String, AssetIndex, u16)> + 'r {
    let rules = route.rules.iter().flat_map(|rules| rules.iter());
    rules.zip(Form::ALL).enumerate().filter_map(|(number, (rules, form))| {
        let index = rules.redirect?;
        let asset = served(&route.answers, number)?;
        Some((encode_site_path(&format!("{}{}", route.stem, form.suffix())), asset, index))
    })
}

fn served(answers: &Answers, form: usize) -> Option<AssetIndex> {
    match answers {
        Answers::Regular { base, forms } => match forms.get(form)? {
            FormAnswer::Serve { number, .. } => base.checked_add((*number).into()),
            _ => None,
        },
        Answers::Irregular(answers) => match answers.get(form)? {
            FullAnswer::Serve(asset, _) => Some(*asset),
            _ => None,
        },
    }
}

/// Whether the rule really answers at this URL, and with something else than the file.
fn hides(checked: &Checked<'_>, asker: &Asker<'_>, path: &str, asset: AssetIndex, index: u16) -> bool {
    let rewrites =
        checked.rules.redirect_rules().get(usize::from(index)).is_some_and(|rule| rule.status == 200);
    if !rewrites && !checked.rules.router.has_script {
        return true;
    }
    let answered = asker.ask(path);
    if answered.rule() != Some(index.into()) {
        return false;
    }
    match answered {
        Answered::End(End::Answer { file: Some(file), .. }) => file != checked.site.file_of(asset),
        _ => true,
    }
}
