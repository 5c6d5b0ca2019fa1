//! Applies the rows of a host to a path. The rows are read from top to bottom; the first that applies answers.

use crate::rules::{Name, Place};

use super::files::{FileIndex, Files};
use super::host::Host;
use super::policy::Policy;
use super::row::{Does, HostRule, Want};
use super::spelling;
use super::tables;

/// What the rows say about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This file.
    Serve(FileIndex),
    /// A redirect to this path, which is decoded.
    Redirect(String),
    /// This status, and no file.
    Refuse(u16),
}

/// A row that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) rule: &'static HostRule,
    pub(super) outcome: Outcome,
}

/// What was found about a row that is about paths like the one at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It applies.
    Applies,
    /// The file that it wants is not there.
    NoFile(String),
    /// The folder that it wants is not there.
    NoFolder(String),
    /// Nothing answers the path in lower case.
    NothingInLowerCase,
}

/// The rows of a host over the files of a site.
#[derive(Debug)]
pub(super) struct Interpreter<'f> {
    files: &'f Files,
    policy: Policy,
    rules: Vec<&'static HostRule>,
    /// Names in lower case with their files, in order; empty on a host that knows case.
    folded: Vec<(String, FileIndex)>,
}

impl<'f> Interpreter<'f> {
    pub(super) fn new(files: &'f Files, host: Host, policy: Policy) -> Interpreter<'f> {
        let mut folded = Vec::new();
        if policy.ignores_case {
            folded.extend(files.names().map(str::to_ascii_lowercase).zip(0..));
            // Of names that differ in case alone, that in lower case comes first, which is the last in order.
            folded.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        }
        Interpreter { files, policy, rules: tables::rules_of(host).collect(), folded }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(super) fn rules(&self) -> &[&'static HostRule] {
        &self.rules
    }

    /// The first row that applies to a path as the rows read it; `None` if nothing answers it. O(rows x (length + log n)).
    pub(super) fn run(&self, path: &str) -> Option<Hit> {
        self.run_with(path, |_, _| {})
    }

    /// The same; every row that is about paths like this one is told, with what was found about it.
    pub(super) fn run_with(
        &self,
        path: &str,
        mut tell: impl FnMut(&'static HostRule, Finding),
    ) -> Option<Hit> {
        for &rule in &self.rules {
            let Some(trimmed) = applicable(rule, path) else { continue };
            match self.try_row(rule, path, trimmed) {
                Ok(Some(outcome)) => {
                    tell(rule, Finding::Applies);
                    return Some(Hit { rule, outcome });
                }
                Ok(None) => {
                    tell(rule, Finding::Applies);
                    return None;
                }
                Err(finding) => tell(rule, finding),
            }
        }
        None
    }

    /// What a row does to a path; `None` if it gives up. Else why it does not apply.
    fn try_row(&self, rule: &HostRule, path: &str, trimmed: &str) -> Result<Option<Outcome>, Finding> {
        let made = |name: Name| {
            let kept = if name.trimmed { trimmed } else { path };
            format!("{kept}{}", name.suffix)
        };
        let looked_for = |name: Name| spelling::name(&made(name), &self.policy).into_owned();
        for want in rule.wants {
            let is_so = match *want {
                Want::File(name) => self.find(&made(name)).is_some(),
                Want::FileExactly(name) => self.files.find(&looked_for(name)).is_some(),
                Want::Folder(name) => self.files.has_folder(looked_for(name).trim_end_matches('/')),
            };
            if !is_so {
                return Err(match *want {
                    Want::File(name) | Want::FileExactly(name) => Finding::NoFile(looked_for(name)),
                    Want::Folder(name) => Finding::NoFolder(looked_for(name)),
                });
            }
        }
        match rule.does {
            Does::Serve(name) => match self.find(&made(name)) {
                Some(file) => Ok(Some(Outcome::Serve(file))),
                None => Err(Finding::NoFile(looked_for(name))),
            },
            Does::Redirect(name) => Ok(Some(Outcome::Redirect(made(name)))),
            Does::LowerCase => self.in_lower_case(path).map(Some).ok_or(Finding::NothingInLowerCase),
            Does::Refuse(status) => Ok(Some(Outcome::Refuse(status))),
            Does::Miss | Does::NotFoundPage => Ok(None),
        }
    }

    /// A redirect to the path in lower case, or to where that leads.
    fn in_lower_case(&self, path: &str) -> Option<Outcome> {
        let lower = path.to_ascii_lowercase();
        match self.run(&lower)?.outcome {
            Outcome::Serve(_) => Some(Outcome::Redirect(lower)),
            redirect @ Outcome::Redirect(_) => Some(redirect),
            Outcome::Refuse(_) => None,
        }
    }

    /// The file of this name; on a host that knows no case, whatever the case.
    fn find(&self, made: &str) -> Option<FileIndex> {
        let name = spelling::name(made, &self.policy);
        let exact = self.files.find(&name);
        if exact.is_some() || self.folded.is_empty() {
            return exact;
        }
        let lower = name.to_ascii_lowercase();
        let first = self.folded.partition_point(|(own, _)| *own < lower);
        self.folded.get(first).filter(|(own, _)| *own == lower).map(|(_, file)| *file)
    }
}

/// The trimmed path, if the row is about paths like this one.
fn applicable<'p>(rule: &HostRule, path: &'p str) -> Option<&'p str> {
    let trimmed = rule.ending.trim(path)?;
    let fits = match rule.place {
        Place::Anywhere => true,
        Place::Root => trimmed.is_empty(),
        Place::BelowRoot => !trimmed.is_empty(),
        Place::Nameless => trimmed == "/",
    };
    fits.then_some(trimmed)
}
