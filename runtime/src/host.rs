//! The section of a manifest that is made for a host other than Cloudflare's: what concerns every path there, and for hosts that read
//! paths undecoded also the rows of the host's table.
//!
//! Paths with an answer of their own are stored as for Cloudflare, found by a plain look-up and served from it. All else (redirects,
//! misses, other spellings) comes here: `host_path.rs` reads the path as the host does, `host_answer.rs` decides. Source:
//! `docs/HOSTS.md`, `docs/FORMAT.md`.

use crate::answer::RuleId;
use crate::bytes::{u8_at, u16_at, u32_at, u64_at};
use crate::ending::Ending;
use crate::format;
use crate::manifest::Manifest;

/// What a manifest says about its host. Without one, all of it is empty.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HostRules<'a> {
    record: &'a [u8],
    pub(crate) rows: &'a [[u8; format::HOST_ROW_LEN]],
}

impl<'a> HostRules<'a> {
    /// Reads the section; `None` if it holds a number that stands for nothing.
    pub(crate) fn read(section: &'a [u8]) -> Option<HostRules<'a>> {
        let (record, rows) = section.split_at_checked(format::HOST_HEADER_LEN)?;
        let (rows, []) = rows.as_chunks() else { return None };
        let known = u16_at(record, 10) & !format::KNOWN_HOST_FLAGS == 0
            && u8_at(record, 12) <= format::HOST_DECODE_AT_LOOKUP_URI
            && u8_at(record, 13) <= format::HOST_CLEAN_DOTS_GO
            && u8_at(record, 14) <= format::HOST_SPELL_REQUESTED;
        known.then_some(HostRules { record, rows })
    }

    /// Where its name stands among the strings: offset and length.
    pub(crate) fn name_place(&self) -> (u64, u64) {
        (u64_at(self.record, 0), u16_at(self.record, 8).into())
    }

    /// All but the name, to be compared.
    pub(crate) fn settings(&self) -> (&'a [u8], &'a [[u8; format::HOST_ROW_LEN]]) {
        (self.record.get(10..).unwrap_or_default(), self.rows)
    }

    pub(crate) fn has(&self, flag: u16) -> bool {
        u16_at(self.record, 10) & flag != 0
    }

    pub(crate) fn decoding(&self) -> u8 {
        u8_at(self.record, 12)
    }

    pub(crate) fn cleaning(&self) -> u8 {
        u8_at(self.record, 13)
    }

    pub(crate) fn spelling(&self) -> u8 {
        u8_at(self.record, 14)
    }

    /// Whether rows read the path as it was requested, and only names of files are decoded.
    pub(crate) fn decodes_at_lookup(&self) -> bool {
        matches!(self.decoding(), format::HOST_DECODE_AT_LOOKUP | format::HOST_DECODE_AT_LOOKUP_URI)
    }

    /// The rule of a miss that the root's `404.html` answers; `None` on hosts that look for none.
    pub(crate) fn page_rule(&self) -> Option<RuleId> {
        self.rule_at(16)
    }

    /// The rule of any other miss.
    pub(crate) fn none_rule(&self) -> RuleId {
        RuleId(u16_at(self.record, 18))
    }

    /// The rule of a path that can't be read.
    pub(crate) fn bad_request_rule(&self) -> RuleId {
        RuleId(u16_at(self.record, 20))
    }

    /// The rule that leads upper-case letters to lower case; `None` on hosts that tell them apart.
    pub(crate) fn lower_case_rule(&self) -> Option<RuleId> {
        self.rule_at(22)
    }

    /// The rule whose stored answers do not hold for a path that ends in two slashes.
    pub(crate) fn one_slash_rule(&self) -> Option<RuleId> {
        self.rule_at(24)
    }

    /// Every rule that is named here.
    pub(crate) fn rules(&self) -> impl Iterator<Item = RuleId> + use<'a> {
        let fields = [16, 18, 20, 22, 24].map(|offset| u16_at(self.record, offset));
        let rows = self.rows.iter().map(|row| u16_at(row, 0));
        fields.into_iter().chain(rows).filter(|&id| id != format::NONE_U16).map(RuleId)
    }

    fn rule_at(&self, offset: usize) -> Option<RuleId> {
        let id = u16_at(self.record, offset);
        (id != format::NONE_U16).then_some(RuleId(id))
    }
}

/// A row of a host's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostRow {
    pub(crate) rule: RuleId,
    ending: Ending,
    place: u8,
    /// Names of files that must be there.
    pub(crate) wants: [Option<MadeName>; 2],
    /// What it does, and with which name.
    pub(crate) action: u8,
    pub(crate) target: MadeName,
}

/// A path made from the one at hand: the whole or the trimmed path, and a suffix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadeName {
    pub(crate) is_trimmed: bool,
    pub(crate) suffix: &'static str,
}

impl HostRow {
    /// Reads a row; `None` for one that makes no sense.
    pub(crate) fn read(row: &[u8; format::HOST_ROW_LEN]) -> Option<HostRow> {
        let want = |offset: usize| match u8_at(row, offset) {
            0 => Some(None),
            code => MadeName::read(code).map(Some),
        };
        Some(HostRow {
            rule: RuleId(u16_at(row, 0)),
            ending: Ending::from_number(u8_at(row, 2))?,
            place: u8_at(row, 3),
            wants: [want(4)?, want(5)?],
            action: u8_at(row, 6),
            target: MadeName::read(u8_at(row, 7))?,
        })
    }

    /// The trimmed path, if the row is about paths like this one.
    pub(crate) fn trim<'p>(&self, path: &'p str) -> Option<&'p str> {
        let trimmed = self.ending.trim(path)?;
        let fits = match self.place {
            format::HOST_PLACE_ANYWHERE => true,
            format::HOST_PLACE_ROOT => trimmed.is_empty(),
            format::HOST_PLACE_BELOW_ROOT => !trimmed.is_empty(),
            _ => trimmed == "/",
        };
        fits.then_some(trimmed)
    }
}

impl MadeName {
    fn read(code: u8) -> Option<MadeName> {
        let place = (code & !format::HOST_NAME_TRIMMED).checked_sub(1)?;
        let suffix = format::HOST_NAME_SUFFIXES.get(usize::from(place))?;
        Some(MadeName { is_trimmed: code & format::HOST_NAME_TRIMMED != 0, suffix })
    }

    /// What stays of the path.
    pub(crate) fn kept<'p>(&self, path: &'p str, trimmed: &'p str) -> &'p str {
        if self.is_trimmed { trimmed } else { path }
    }
}

impl<'a> Manifest<'a> {
    /// The host whose answers this manifest gives, with its settings, as `netlify` or `vercel:clean-urls`; `None` for the platforms of
    /// Cloudflare.
    pub fn host(&self) -> Option<&'a str> {
        if self.host.record.is_empty() {
            return None;
        }
        let (offset, len) = self.host.name_place();
        Some(self.string(offset, len).unwrap_or("unknown"))
    }

    /// What is stored for a form of a stem, if the host refuses it: status and rule.
    pub(crate) fn refusal_in(
        &self,
        slot: &[u8; format::SLOT_LEN],
        form: crate::stem::Form,
    ) -> Option<(u16, RuleId)> {
        let shape = u16_at(slot, 2);
        let entry: &[u8] = if shape == format::IRREGULAR_SHAPE {
            let record = self.irregular.get(crate::bytes::to_usize(u32_at(slot, 4).into()))?;
            record.as_chunks::<{ format::IRREGULAR_ENTRY_LEN }>().0.get(form as usize)?
        } else {
            let shape = self.shapes.get(usize::from(shape))?;
            shape.as_chunks::<{ format::SHAPE_ENTRY_LEN }>().0.get(form as usize)?
        };
        let refuses = u8_at(entry, 0) == format::ACTION_REFUSE;
        refuses.then(|| (400 + u16::from(u8_at(entry, 1)), RuleId(u16_at(entry, 2))))
    }
}
