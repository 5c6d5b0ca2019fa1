//! What a manifest stores, slot by slot: for whoever goes through a whole site, on several threads, without a list of it.

use crate::bytes::{to_usize, u8_at, u16_at, u32_at};
use crate::format;
use crate::key;
use crate::manifest::{Manifest, Policy};
use crate::source::{Entry, Stored};
use crate::stem::Form;

/// A stem with the forms for which the site has an answer of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredStem<'a> {
    /// The stem, decoded; joined with [`Form::suffix`] it is a site path.
    pub stem: &'a str,
    /// Bit i: a file, or a static rule of `_redirects`, answers the form with number i. What only a pattern answers is not
    /// counted.
    pub forms: u8,
}

impl<'a> StoredStem<'a> {
    /// The site paths that have an answer, in two parts, as [`crate::SitePath::parts`] gives them.
    pub fn paths(self) -> impl Iterator<Item = (&'a str, Form)> {
        Form::ALL.into_iter().filter(move |&form| self.has(form)).map(move |form| (self.stem, form))
    }

    /// Whether a form has an answer of its own.
    pub fn has(self, form: Form) -> bool {
        self.forms >> (form as u8) & 1 != 0
    }
}

impl Manifest<'_> {
    /// Number of slots of the index: [`Manifest::stem_in`] takes numbers below it.
    pub fn slot_count(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// The stem in a slot; `None` if the slot is empty or there is no such slot. O(1).
    pub fn stem_in(&self, slot: u32) -> Option<StoredStem<'_>> {
        Some(StoredStem { stem: self.stem_text(slot)?, forms: self.answered_forms(self.slot(slot)?) })
    }

    /// The same without its forms.
    pub fn stem_text(&self, slot: u32) -> Option<&str> {
        core::str::from_utf8(self.stem_of(self.slot(slot)?)?).ok()
    }

    /// The slot that holds a stem; `None` if the site does not know it. O(length of the stem).
    pub fn slot_holding(&self, stem: &str) -> Option<u32> {
        let key = key::path_key(stem.as_bytes(), self.seed);
        let (part, bucket) = self.index.bucket(key);
        let pilot = self.pilots.get(usize::try_from(bucket).ok()?)?;
        let index = u32::try_from(self.index.slot(key, part, *pilot)).ok()?;
        // Not by `holds`: a further call of it from cold code would keep it from being made part of every look-up.
        (self.stem_of(self.slot(index)?) == Some(stem.as_bytes())).then_some(index)
    }

    /// The forms of a stem that are files of the site, as [`StoredStem::forms`] counts them. All where the answers of the stem concern
    /// others, which is rare. O(length of the stem + files of the stem).
    pub fn file_forms(&self, stem: &str) -> u8 {
        let Some((index, slot)) = self.slot_holding(stem).and_then(|index| Some((index, self.slot(index)?)))
        else {
            return 0;
        };
        if u16_at(slot, 2) == format::IRREGULAR_SHAPE {
            return u8::MAX;
        }
        let first = to_usize(u32_at(slot, 4).into());
        let records = self.assets.get(first..).unwrap_or_default().iter();
        let own = records.take(format::FORM_COUNT).take_while(|record| u32_at(&record[..], 44) == index);
        own.filter_map(|record| Form::from_number(u8_at(record, 38)))
            .fold(0, |forms, form| forms | 1 << form as u8)
    }

    /// Whether every request gets the same from two manifests where both have the same stored for its path: the same options and
    /// base, the same rules in the same order, and no script. O(rules).
    pub fn has_same_rules(&self, other: &Manifest<'_>) -> bool {
        let policy = |manifest: &Manifest<'_>| {
            let Policy { platform, not_found, decode, redirect_status, flags, .. } = manifest.policy;
            (platform, not_found, decode, redirect_status, flags)
        };
        let redirects = || {
            let mut others = other.redirect_rules();
            self.redirect_rules().len() == others.len()
                && self
                    .redirect_rules()
                    .all(|rule| others.next().is_some_and(|other| rule.says_the_same(&other)))
        };
        let headers = || {
            let mut others = other.header_rules();
            self.header_rules().all(|rule| others.next().is_some_and(|other| rule.says_the_same(&other)))
                && others.next().is_none()
        };
        policy(self) == policy(other)
            && self.base == other.base
            && self.host() == other.host()
            && self.host.settings() == other.host.settings()
            && !self.has_script()
            && !other.has_script()
            && redirects()
            && headers()
    }

    /// Whether two manifests with the same rules ([`Manifest::has_same_rules`]) answer alike to every form of the stem that both
    /// have in these slots: status, place, bytes and headers. `false` where that is not clear at a glance. O(1).
    pub fn answers_alike(&self, slot: u32, other: &Manifest<'_>, other_slot: u32) -> bool {
        let (Some(slot), Some(other_slot)) = (self.slot(slot), other.slot(other_slot)) else { return false };
        let irregular = |slot| u16_at(slot, 2) == format::IRREGULAR_SHAPE;
        if irregular(slot) || irregular(other_slot) {
            return false;
        }
        Form::ALL.into_iter().all(|form| {
            match (self.entry_of(slot, form), other.entry_of(other_slot, form)) {
                (Some(one), Some(another)) => {
                    let is_miss = one.stored.is_none();
                    self.is_alike(&one, other, &another)
                        && (!is_miss || self.refusal_in(slot, form) == other.refusal_in(other_slot, form))
                }
                _ => false,
            }
        })
    }

    fn is_alike(&self, one: &Entry<'_>, other: &Manifest<'_>, another: &Entry<'_>) -> bool {
        let mask = |manifest: &Manifest<'_>, set: u16| match set {
            format::NONE_U16 => Some([0; format::MASK_LEN]),
            set => manifest.header_sets.get(usize::from(set)).copied(),
        };
        let has_no_redirect = [one.redirect, another.redirect] == [format::NONE_U16; 2];
        let (mine, its) = (mask(self, one.header_set), mask(other, another.header_set));
        let same_headers = mine.is_some() && mine == its;
        has_no_redirect
            && match (one.stored, another.stored) {
                (None, None) => true,
                (
                    Some(Stored::Serve { asset, rule }),
                    Some(Stored::Serve { asset: other_asset, rule: other_rule }),
                ) => {
                    let (asset, other_asset) = (self.asset(asset), other.asset(other_asset));
                    rule == other_rule
                        && same_headers
                        && asset.zip(other_asset).is_some_and(|(one, other)| {
                            one.fingerprint() == other.fingerprint() && one.media_type() == other.media_type()
                        })
                }
                (
                    Some(Stored::Redirect { target, rule }),
                    Some(Stored::Redirect { target: other_target, rule: other_rule }),
                ) => rule == other_rule && target == other_target && same_headers,
                _ => false,
            }
    }

    fn answered_forms(&self, slot: &[u8; format::SLOT_LEN]) -> u8 {
        let answers = |form: &Form| match self.entry_of(slot, *form) {
            Some(Entry { stored: Some(_), .. }) => !is_no_path(slot, *form),
            Some(Entry { redirect, .. }) => {
                self.redirect_rule(redirect.into()).is_some_and(|rule| !rule.is_dynamic)
            }
            None => false,
        };
        Form::ALL.iter().filter(|form| answers(form)).fold(0, |forms, &form| forms | 1 << form as u8)
    }
}

/// On one host `/a%2F..%2F..` and the like lead to a path without even a slash. What is stored for it is not listed.
pub(crate) fn is_no_path(slot: &[u8; format::SLOT_LEN], form: Form) -> bool {
    u16_at(slot, 0) == 0 && form == Form::Bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_stands_in_the_slot_of_its_stem() {
        let manifest = Manifest::open(include_bytes!("../../tests/golden/v1-workers.bin")).unwrap();
        let mut paths = 0;
        for slot in 0..manifest.slot_count() {
            let Some(stored) = manifest.stem_in(slot) else { continue };
            assert_eq!(manifest.slot_holding(stored.stem), Some(slot));
            paths += stored.paths().count();
        }
        assert!(paths >= manifest.routes().count());
        for asset in manifest.assets() {
            let (stem, form) = crate::split_stem(asset.site_path().parts().0.as_bytes());
            let stem = core::str::from_utf8(stem).unwrap();
            let form = Form::ALL
                .into_iter()
                .find(|form| form.suffix() == asset.site_path().parts().1)
                .unwrap_or(form);
            assert!(manifest.file_forms(stem) >> (form as u8) & 1 != 0, "{asset:?}");
        }
        assert_eq!(manifest.file_forms("/no-such-stem"), 0);
        assert_eq!(manifest.slot_holding("/no-such-stem"), None);
        assert_eq!(manifest.stem_in(manifest.slot_count()), None);
    }
}
