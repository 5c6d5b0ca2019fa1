//! Every check that opening leaves out: the checksum, and that every record refers to something that is there.

use crate::answer::RuleId;
use crate::asset::SitePath;
use crate::bytes::{slice_at, to_usize, u8_at, u16_at, u32_at, u64_at};
use crate::error::VerifyError;
use crate::format::{self, header};
use crate::host::HostRow;
use crate::key;
use crate::manifest::{Manifest, Platform};
use crate::source::{Entry, Stored};
use crate::stem::{Form, split_stem};

impl Manifest<'_> {
    /// Checks the whole file: that its bytes are those that were written, every stem in the slot where a look-up expects
    /// it, every record's references, every text. O(size of the file).
    ///
    /// # Errors
    /// [`VerifyError`]: the first fault found.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.verify_checksum()?;
        self.verify_slots()?;
        self.verify_answers()?;
        self.verify_assets()?;
        self.verify_types()?;
        self.verify_not_found()?;
        self.verify_rules()?;
        self.verify_request_rules()?;
        self.verify_host()
    }

    fn verify_checksum(&self) -> Result<(), VerifyError> {
        let expected = u64_at(self.bytes, header::CHECKSUM);
        let found = key::checksum(self.bytes.get(format::HEADER_LEN..).unwrap_or_default());
        if expected == found { Ok(()) } else { Err(VerifyError::Checksum { expected, found }) }
    }

    fn verify_slots(&self) -> Result<(), VerifyError> {
        let mut used = 0u32;
        for (index, slot) in self.slots.iter().enumerate() {
            let bad = |problem| Err(VerifyError::Record { section: "slots", index: index as u64, problem });
            let tag = self.tags.get(index).copied().unwrap_or(0);
            if u16_at(slot, 0) == format::EMPTY_SLOT {
                if tag != 0 {
                    return bad("it is unused and has a tag");
                }
                continue;
            }
            used += 1;
            let Some(stem) = self.stem_of(slot) else { return bad("its stem lies outside the strings") };
            if core::str::from_utf8(stem).is_err() {
                return bad("its stem is not UTF-8");
            }
            let key = key::path_key(stem, self.seed);
            let (part, bucket) = self.index.bucket(key);
            let pilot = self.pilots.get(to_usize(bucket)).copied().unwrap_or(0);
            if self.index.slot(key, part, pilot) != index as u64 {
                return bad("its stem belongs into another slot");
            }
            if tag != key::slot_tag(key) {
                return bad("its tag is another stem's");
            }
        }
        if used == self.stem_count() {
            Ok(())
        } else {
            Err(VerifyError::Record {
                section: "slots",
                index: used.into(),
                problem: "their number is not the header's",
            })
        }
    }

    fn verify_answers(&self) -> Result<(), VerifyError> {
        for (index, slot) in self.slots.iter().enumerate() {
            if u16_at(slot, 0) == format::EMPTY_SLOT {
                continue;
            }
            let bad = |problem| Err(VerifyError::Record { section: "slots", index: index as u64, problem });
            let shape = u16_at(slot, 2);
            let irregular = shape == format::IRREGULAR_SHAPE;
            let there = if irregular {
                to_usize(u32_at(slot, 4).into()) < self.irregular.len()
            } else {
                usize::from(shape) < self.shapes.len()
            };
            if !there {
                return bad("its shape is not there");
            }
            for form in Form::ALL {
                let Some(entry) = self.entry_of(slot, form) else { continue };
                let refusal = self.refusal_in(slot, form);
                let refusal_problem = refusal.and_then(|(_, rule)| self.rule_problem(rule));
                if let Some(problem) = self
                    .answer_problem(entry.stored)
                    .or_else(|| self.rules_problem(&entry))
                    .or(refusal_problem)
                {
                    return bad(problem);
                }
            }
        }
        self.verify_shapes()
    }

    fn verify_shapes(&self) -> Result<(), VerifyError> {
        for (index, shape) in self.shapes.iter().enumerate() {
            for entry in shape.as_chunks::<{ format::SHAPE_ENTRY_LEN }>().0 {
                let sound = match u8_at(entry, 0) {
                    format::ACTION_NONE | format::ACTION_SERVE => true,
                    format::ACTION_REDIRECT => Form::from_number(u8_at(entry, 1)).is_some(),
                    format::ACTION_REFUSE => self.policy.platform == Platform::Host,
                    _ => false,
                };
                if !sound {
                    return Err(VerifyError::Record {
                        section: "shapes",
                        index: index as u64,
                        problem: "unknown action",
                    });
                }
            }
        }
        for (index, record) in self.irregular.iter().enumerate() {
            for entry in record.as_chunks::<{ format::IRREGULAR_ENTRY_LEN }>().0 {
                let sound = match u8_at(entry, 0) {
                    format::ACTION_NONE | format::ACTION_SERVE => true,
                    format::ACTION_REDIRECT => {
                        self.string(u64_at(entry, 8), u32_at(entry, 16).into()).is_some()
                    }
                    format::ACTION_REFUSE => self.policy.platform == Platform::Host,
                    _ => false,
                };
                if !sound {
                    let problem = "unknown action, or a target outside the strings";
                    return Err(VerifyError::Record { section: "irregular", index: index as u64, problem });
                }
            }
        }
        Ok(())
    }

    fn answer_problem(&self, answer: Option<Stored<'_>>) -> Option<&'static str> {
        let rule = match answer? {
            Stored::Serve { asset, .. } if self.asset(asset).is_none() => {
                return Some("it serves an asset that is not there");
            }
            Stored::Serve { rule, .. } | Stored::Redirect { rule, .. } => rule,
        };
        self.rule_problem(rule)
    }

    /// What is wrong with the rules of `_redirects` and `_headers` that are stored for a path.
    fn rules_problem(&self, entry: &Entry<'_>) -> Option<&'static str> {
        let redirect = usize::from(entry.redirect);
        let header_set = usize::from(entry.header_set);
        if entry.redirect != format::NONE_U16 && redirect >= self.redirects.len() {
            return Some("it names a redirect that is not there");
        }
        let is_stored = !matches!(entry.header_set, format::NONE_U16 | format::ANY_HEADER_SET);
        (is_stored && header_set >= self.header_sets.len())
            .then_some("it names a header set that is not there")
    }

    fn rule_problem(&self, rule: RuleId) -> Option<&'static str> {
        let known = self.rules.binary_search_by_key(&rule.0, |record| u16_at(record, 0)).is_ok();
        (!known).then_some("it names a rule that is not listed")
    }

    fn verify_assets(&self) -> Result<(), VerifyError> {
        for asset in self.assets() {
            let bad = |problem| {
                Err(VerifyError::Record { section: "assets", index: asset.index().into(), problem })
            };
            let Some(record) = self.assets.get(to_usize(asset.index().into())) else { continue };
            if to_usize(u32_at(record, 40).into()) >= self.types.len() {
                return bad("its type is not there");
            }
            if self.slot(u32_at(record, 44)).and_then(|slot| self.stem_of(slot)).is_none() {
                return bad("its slot is not there");
            }
            let Some(form) = asset.form() else { return bad("its form is unknown") };
            let stem = core::str::from_utf8(asset.stem()).unwrap_or_default();
            if !is_own_split(stem, form) {
                return bad("its path is not split at its longest suffix");
            }
            let path = SitePath::new(asset.stem(), form.suffix());
            if path.below(self.base.as_bytes()).is_none() {
                return bad("its path is not below the base");
            }
            if u8_at(record, 39) != format::CANONICAL_NONE && asset.canonical_url().is_none() {
                return bad("its canonical URL is not there");
            }
        }
        Ok(())
    }

    fn verify_types(&self) -> Result<(), VerifyError> {
        for (index, record) in self.types.iter().enumerate() {
            let text = |offset: usize, len: usize| {
                let len = u16_at(record, len);
                len == format::NONE_U16 || self.string(u64_at(record, offset), len.into()).is_some()
            };
            if !text(0, 16) || !text(8, 18) {
                let problem = "its text lies outside the strings";
                return Err(VerifyError::Record { section: "types", index: index as u64, problem });
            }
        }
        Ok(())
    }

    fn verify_not_found(&self) -> Result<(), VerifyError> {
        let bad = |index: usize, problem| {
            Err(VerifyError::Record { section: "not-found", index: index as u64, problem })
        };
        for (index, entry) in self.not_found.iter().enumerate() {
            let asset = u32_at(entry, 20);
            if asset == format::NONE_U32 {
                continue;
            }
            let Some(folder) = slice_at(self.strings, u64_at(entry, 8), u32_at(entry, 16).into()) else {
                return bad(index, "its folder lies outside the strings");
            };
            if self.asset(asset).is_none() {
                return bad(index, "its asset is not there");
            }
            if self.not_found_page_of(folder).map(|page| page.index()) != Some(asset) {
                return bad(index, "a look-up does not find it");
            }
        }
        for asset in [self.policy.single_page_asset, self.policy.root_not_found_asset] {
            if asset != format::NONE_U32 && self.asset(asset).is_none() {
                return bad(0, "the root page is not there");
            }
        }
        Ok(())
    }

    /// The rules of `_redirects`, `_headers` and the router: that their texts are there, and what refers to them finds them.
    fn verify_request_rules(&self) -> Result<(), VerifyError> {
        let bad = |section, index: usize, problem| {
            Err(VerifyError::Record { section, index: index as u64, problem })
        };
        let is_there = |offset, len: u32| self.string(offset, len.into()).is_some();
        for (index, record) in self.redirects.iter().enumerate() {
            let lens = (0..format::REDIRECT_TEXT_COUNT).map(|text| u64::from(u32_at(record, 8 + 4 * text)));
            if self.string(u64_at(record, 0), lens.sum()).is_none() {
                return bad("redirects", index, "its texts lie outside the strings");
            }
            if u8_at(record, 38) > format::REDIRECT_NEVER {
                return bad("redirects", index, "its kind is unknown");
            }
        }
        for (index, record) in self.raw_redirects.iter().enumerate() {
            let rule = to_usize(u32_at(record, 12).into());
            if !is_there(u64_at(record, 0), u32_at(record, 8)) || rule >= self.redirects.len() {
                return bad("raw redirects", index, "its path or rule is not there");
            }
        }
        for (index, record) in self.header_rules.iter().enumerate() {
            let count = u64::from(u16_at(record, 20)) + u64::from(u16_at(record, 22));
            let end = u64::from(u32_at(record, 16)) + count;
            if !is_there(u64_at(record, 0), u32_at(record, 8)) || end > self.header_lines.len() as u64 {
                return bad("header rules", index, "its path or lines are not there");
            }
        }
        for (index, line) in self.header_lines.iter().enumerate() {
            if !is_there(u64_at(line, 0), u32_at(line, 16)) || !is_there(u64_at(line, 8), u32_at(line, 20)) {
                return bad("header lines", index, "its texts lie outside the strings");
            }
        }
        match self.router_rules().count() == self.router_rules().filter(|(_, text)| !text.is_empty()).count()
        {
            true => Ok(()),
            false => bad("router", 0, "the text of a rule lies outside the strings"),
        }
    }

    /// What is said about a host other than Cloudflare's: its name, its rows, and that the rules are listed which they name.
    fn verify_host(&self) -> Result<(), VerifyError> {
        let bad = |index: usize, problem| {
            Err(VerifyError::Record { section: "host", index: index as u64, problem })
        };
        if self.host().is_none() {
            return Ok(());
        }
        let (offset, len) = self.host.name_place();
        if self.string(offset, len).is_none() {
            return bad(0, "its name lies outside the strings");
        }
        if let Some(problem) = self.host.rules().find_map(|rule| self.rule_problem(rule)) {
            return bad(0, problem);
        }
        match self.host.rows.iter().position(|row| HostRow::read(row).is_none()) {
            Some(index) => bad(index, "the row makes no sense"),
            None => Ok(()),
        }
    }

    fn verify_rules(&self) -> Result<(), VerifyError> {
        let mut previous = None;
        for (index, record) in self.rules.iter().enumerate() {
            let bad = |problem| Err(VerifyError::Record { section: "rules", index: index as u64, problem });
            let id = u16_at(record, 0);
            if previous.is_some_and(|previous| previous >= id) {
                return bad("not in order");
            }
            previous = Some(id);
            if self.string(u64_at(record, 8), u16_at(record, 2).into()).is_none() {
                return bad("its name lies outside the strings");
            }
        }
        Ok(())
    }
}

/// Whether joining and splitting again gives the same form. Only the last bytes of the stem matter.
fn is_own_split(stem: &str, form: Form) -> bool {
    let mut tail = [0u8; 64];
    let kept = stem.as_bytes().get(stem.len().saturating_sub(32)..).unwrap_or_default();
    let joined = kept.iter().copied().chain(form.suffix().bytes());
    let mut len = 0;
    for (place, byte) in tail.iter_mut().zip(joined) {
        *place = byte;
        len += 1;
    }
    split_stem(tail.get(..len).unwrap_or_default()).1 == form
}
