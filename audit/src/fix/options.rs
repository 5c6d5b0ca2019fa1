//! How a site is fixed.

use crate::kind::LinkKinds;
use crate::patterns::Ignored;
use crate::rules::RuleSet;

/// How a site is fixed.
#[derive(Debug, Clone, Default)]
pub struct FixOptions {
    /// The site's own hosts; `None` to find out from its pages.
    pub hosts: Option<Vec<String>>,
    /// Rules whose findings are left.
    pub off: RuleSet,
    /// What is passed over.
    pub ignored: Vec<Ignored>,
    /// Only links of these kinds are changed; `None` for all.
    pub kinds: Option<LinkKinds>,
    /// Whether links are changed whose redirect the site's own rules call temporary.
    pub temporary: bool,
    /// Rules whose findings lead to nothing, but which are to be repaired where it is known what was meant.
    pub also: RuleSet,
    /// Whether the files are written. If not, everything is worked out, and nothing done.
    pub write: bool,
    /// Targets of a rule, or of a reason, that are given in full; all are counted.
    pub limit: usize,
}
