//! The sections that hold a record a stem: index, slots and tags, and the shapes and irregular records to which slots lead. Part
//! of `encode.rs`.
//!
//! What depends on the order of the stems (numbers of shapes, places of strings) is fixed first, one stem after the other. Then
//! the slots are filled in parallel.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::RuleId;
use trailmark::format;
use trailmark::key::slot_tag;

use crate::encode::{Strings, limit, put, to_u32};
use crate::error::CompileError;
use crate::index::Index;
use crate::routes::{Answers, FormAnswer, FullAnswer, StemRoutes};

/// The slots of a site, ready to be written.
pub(crate) struct Slots<'r> {
    routes: &'r [StemRoutes<'r>],
    pub(crate) index: Index,
    /// The slot of each stem, by its position in the routes.
    pub(crate) slot_of_route: Vec<u32>,
    /// What each slot says beside the stem, likewise.
    facts: Vec<SlotFacts>,
    pub(crate) shapes: Vec<u8>,
    pub(crate) irregular: Vec<u8>,
    pub(crate) header_sets: Vec<u8>,
}

/// What a slot says beside its stem.
#[derive(Debug, Clone, Copy)]
struct SlotFacts {
    stem_len: u16,
    shape: u16,
    base: u32,
    /// Where a stem stands among the strings that is too long for its slot.
    stem_offset: u64,
}

impl<'r> Slots<'r> {
    /// Numbers all that slots refer to.
    pub(crate) fn new(
        routes: &'r [StemRoutes<'r>],
        index: Index,
        strings: &mut Strings,
    ) -> Result<Self, CompileError> {
        to_u32(routes.len(), "pages")?;
        let slot_of_route = index.keys.par_iter().map(|&key| index.slot(key)).collect();
        let mut numbering = Numbering::default();
        let facts: Result<_, _> = routes.iter().map(|route| numbering.facts(route, strings)).collect();
        let Numbering { shapes, irregular, header_sets, .. } = numbering;
        Ok(Slots { routes, index, slot_of_route, facts: facts?, shapes, irregular, header_sets })
    }

    pub(crate) fn index_section(&self) -> Vec<u8> {
        let mut bytes = vec![0; format::INDEX_HEADER_LEN];
        let shape = self.index.shape;
        put(&mut bytes, 0, &shape.part_count.to_le_bytes());
        put(&mut bytes, 4, &shape.buckets_per_part.to_le_bytes());
        put(&mut bytes, 8, &shape.slots_per_part.to_le_bytes());
        put(&mut bytes, 12, &(self.routes.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.index.pilots);
        bytes
    }

    /// Number of slots, unused ones included.
    pub(crate) fn count(&self) -> usize {
        self.index.shape.part_count as usize * self.index.shape.slots_per_part as usize
    }

    /// The tags: a byte a slot.
    pub(crate) fn tags(&self) -> Vec<u8> {
        let mut tags = vec![0; self.count()];
        for (&slot, &key) in self.slot_of_route.iter().zip(&self.index.keys) {
            tags[slot as usize] = slot_tag(key);
        }
        tags
    }

    /// Fills the slots section, whose bytes are zero.
    pub(crate) fn write(&self, section: &mut [u8]) {
        let mut route_of_slot = vec![format::NONE_U32; self.count()];
        for (position, &slot) in self.slot_of_route.iter().enumerate() {
            route_of_slot[slot as usize] = position as u32;
        }
        section.par_chunks_exact_mut(format::SLOT_LEN).zip(&route_of_slot).for_each(|(slot, &position)| {
            match position {
                format::NONE_U32 => put(slot, 0, &format::EMPTY_SLOT.to_le_bytes()),
                position => self.write_slot(slot, position as usize),
            }
        });
    }

    fn write_slot(&self, slot: &mut [u8], position: usize) {
        let facts = self.facts[position];
        let stem = self.routes[position].stem.as_bytes();
        put(slot, 0, &facts.stem_len.to_le_bytes());
        put(slot, 2, &facts.shape.to_le_bytes());
        put(slot, 4, &facts.base.to_le_bytes());
        if stem.len() <= format::INLINE_STEM_LEN {
            put(slot, format::SLOT_STEM, stem);
        } else {
            put(slot, 8, &facts.stem_offset.to_le_bytes());
            put(slot, 16, &self.index.keys[position].to_le_bytes());
        }
    }
}

/// Gives numbers to shapes, irregular records and header sets, in the order in which they are met.
#[derive(Default)]
struct Numbering {
    shapes: Vec<u8>,
    shape_of: FxHashMap<[FormEntry; 8], u16>,
    /// The shape that was asked for last: neighbours often have the same.
    last_shape: Option<([FormEntry; 8], u16)>,
    irregular: Vec<u8>,
    header_sets: Vec<u8>,
    header_set_of_mask: FxHashMap<u128, u16>,
}

/// An answer with the rules that go with it: what a shape holds for one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FormEntry {
    answer: FormAnswer,
    redirect: u16,
    header_set: u16,
}

impl Numbering {
    fn facts(&mut self, route: &StemRoutes<'_>, strings: &mut Strings) -> Result<SlotFacts, CompileError> {
        let rules = self.rule_numbers(route);
        let shape = match &route.answers {
            Answers::Regular { base, forms } => self.shape(forms, &rules).map(|shape| (shape, *base)),
            Answers::Irregular(_) => None,
        };
        let (shape, base) = match shape {
            Some(found) => found,
            None => {
                let answers = route.answers.spelled_out(&route.stem);
                (format::IRREGULAR_SHAPE, self.irregular(&answers, &rules, strings)?)
            }
        };
        let stem_len = u16::try_from(route.stem.len()).ok().filter(|&len| len < format::EMPTY_SLOT);
        let stem_len = stem_len.ok_or_else(|| limit(format!("path too long: {} bytes", route.stem.len())))?;
        let is_long = route.stem.len() > format::INLINE_STEM_LEN;
        let stem_offset = if is_long { strings.add(&route.stem) } else { 0 };
        Ok(SlotFacts { stem_len, shape, base, stem_offset })
    }

    /// Redirect and header set of each form of a stem.
    fn rule_numbers(&mut self, route: &StemRoutes<'_>) -> [(u16, u16); 8] {
        let Some(rules) = &route.rules else { return [(format::NONE_U16, format::NONE_U16); 8] };
        rules.map(|rules| (rules.redirect.unwrap_or(format::NONE_U16), self.header_set(rules.headers)))
    }

    /// The index of a set of header rules, which is made when first met. If there are too many, the reader finds out itself.
    fn header_set(&mut self, mask: u128) -> u16 {
        if mask == 0 {
            return format::NONE_U16;
        }
        if let Some(&index) = self.header_set_of_mask.get(&mask) {
            return index;
        }
        let index =
            u16::try_from(self.header_set_of_mask.len()).ok().filter(|&index| index < format::ANY_HEADER_SET);
        let Some(index) = index else { return format::ANY_HEADER_SET };
        self.header_sets.extend_from_slice(&mask.to_le_bytes());
        self.header_set_of_mask.insert(mask, index);
        index
    }

    /// The index of a shape, which is made when first met; `None` if there are too many.
    fn shape(&mut self, forms: &[FormAnswer; 8], rules: &[(u16, u16); 8]) -> Option<u16> {
        let mut entries = forms.map(|answer| FormEntry { answer, redirect: 0, header_set: 0 });
        for (entry, (redirect, header_set)) in entries.iter_mut().zip(rules) {
            (entry.redirect, entry.header_set) = (*redirect, *header_set);
        }
        if let Some((_, index)) = self.last_shape.filter(|(last, _)| *last == entries) {
            return Some(index);
        }
        let known = self.shape_of.get(&entries).copied();
        let index = known.or_else(|| self.add_shape(&entries))?;
        self.last_shape = Some((entries, index));
        Some(index)
    }

    fn add_shape(&mut self, entries: &[FormEntry; 8]) -> Option<u16> {
        let index =
            u16::try_from(self.shape_of.len()).ok().filter(|&index| index < format::IRREGULAR_SHAPE)?;
        let mut record = [0; format::SHAPE_LEN];
        for (bytes, entry) in record.chunks_exact_mut(format::SHAPE_ENTRY_LEN).zip(entries) {
            let (action, argument, rule) = match entry.answer {
                FormAnswer::Miss => (format::ACTION_NONE, 0, RuleId(0)),
                FormAnswer::Serve { number, rule } => (format::ACTION_SERVE, number, rule),
                FormAnswer::Redirect { to, rule } => (format::ACTION_REDIRECT, to as u8, rule),
                FormAnswer::Refuse { above_400, rule } => (format::ACTION_REFUSE, above_400, rule),
            };
            put(bytes, 0, &[action, argument]);
            put(bytes, 2, &rule.0.to_le_bytes());
            put(bytes, 4, &entry.redirect.to_le_bytes());
            put(bytes, 6, &entry.header_set.to_le_bytes());
        }
        self.shapes.extend_from_slice(&record);
        self.shape_of.insert(*entries, index);
        Some(index)
    }

    /// Adds an irregular record; its index.
    fn irregular(
        &mut self,
        answers: &[FullAnswer; 8],
        rules: &[(u16, u16); 8],
        strings: &mut Strings,
    ) -> Result<u32, CompileError> {
        let index = to_u32(self.irregular.len() / format::IRREGULAR_LEN, "irregular pages")?;
        let mut record = [0; format::IRREGULAR_LEN];
        let entries = record.chunks_exact_mut(format::IRREGULAR_ENTRY_LEN);
        for ((entry, answer), (redirect, header_set)) in entries.zip(answers).zip(rules) {
            put(entry, 20, &redirect.to_le_bytes());
            put(entry, 22, &header_set.to_le_bytes());
            match answer {
                FullAnswer::Miss => {}
                FullAnswer::Serve(asset, rule) => {
                    put(entry, 0, &[format::ACTION_SERVE]);
                    put(entry, 2, &rule.0.to_le_bytes());
                    put(entry, 4, &asset.to_le_bytes());
                }
                FullAnswer::Refuse(above_400, rule) => {
                    put(entry, 0, &[format::ACTION_REFUSE, *above_400]);
                    put(entry, 2, &rule.0.to_le_bytes());
                }
                FullAnswer::Redirect(target, rule) => {
                    let (offset, len) = (strings.add(target), target.len());
                    put(entry, 0, &[format::ACTION_REDIRECT]);
                    put(entry, 2, &rule.0.to_le_bytes());
                    put(entry, 8, &offset.to_le_bytes());
                    put(entry, 16, &to_u32(len, "bytes in a path")?.to_le_bytes());
                }
            }
        }
        self.irregular.extend_from_slice(&record);
        Ok(index)
    }
}
