//! What a host other than Cloudflare's answers, where a plain look-up has found no file to serve: redirects, misses, and paths
//! that are not spelled as they are stored. Cold, and in one piece: it looks everything up again in the host's own way.
//!
//! Order: the path is read as the host does; what is stored for it; the rows of the host's table, if the manifest has them; lower case;
//! the rules of misses. Source: `docs/HOSTS.md`.

use alloc::string::{String, ToString};

use crate::answer::{Resolution, RuleId};
use crate::asset::{Asset, SitePath};
use crate::bytes::{to_usize, u8_at, u16_at, u32_at};
use crate::decode::encode_site_path;
use crate::format;
use crate::host::{HostRow, MadeName};
use crate::host_location::{HostLocation, Respelled};
use crate::host_path::{self, HostPath};
use crate::location::{Encoded, Location};
use crate::manifest::Manifest;
use crate::path::{MAX_REQUEST_LEN, RequestPath};
use crate::source::Stored;
use crate::stem::{Form, split_stem};

/// What answers a path, before it is known how a redirect is spelled.
enum Found<'m> {
    Serve(Asset<'m>, RuleId),
    /// To a stored path.
    To(SitePath<'m>, RuleId),
    /// To the path as it was read, without so many bytes of its end, and maybe with a slash behind.
    Respelled(Respelled, RuleId),
    Refuse(u16, RuleId),
}

impl Manifest<'_> {
    /// A decoded path as it is asked for: the canonical encoding, but for other hosts with escapes only where a URL needs them.
    pub fn encode(&self, site_path: &str) -> String {
        if self.host().is_none() {
            return encode_site_path(site_path);
        }
        Encoded::new(site_path.as_bytes(), "").for_host(true).to_string()
    }

    /// What the host answers to a path.
    #[cold]
    #[inline(never)]
    pub(crate) fn host_answer<'m, 'r>(&'m self, request: RequestPath<'r>) -> Resolution<'m, 'r> {
        const SHORT: usize = 512;
        if request.path_bytes().len() <= SHORT {
            self.host_answer_in(request, &mut [0; SHORT], &mut [0; SHORT])
        } else {
            self.host_answer_in(request, &mut [0; MAX_REQUEST_LEN], &mut [0; MAX_REQUEST_LEN])
        }
    }

    fn host_answer_in<'m, 'r>(
        &'m self,
        request: RequestPath<'r>,
        read_buffer: &mut [u8],
        key_buffer: &mut [u8],
    ) -> Resolution<'m, 'r> {
        let Some(path) = host_path::read(request.path_bytes(), &self.host, read_buffer, key_buffer) else {
            return Resolution::Refused { status: 400, rule: self.host.bad_request_rule() };
        };
        let found = if path.is_odd { None } else { self.stored_on_host(&path) };
        let found = found.or_else(|| self.ask_rows(path.read)).or_else(|| self.in_lower_case(path.key));
        match found {
            Some(Found::Serve(asset, rule)) => Resolution::Serve { asset, rule },
            Some(Found::Refuse(status, rule)) => Resolution::Refused { status, rule },
            Some(Found::Respelled(respelled, rule)) => {
                self.host_redirect(HostLocation::respelled(respelled, &self.host, &request), &request, rule)
            }
            Some(Found::To(target, rule)) => {
                self.host_redirect(HostLocation::to(target, &self.host), &request, rule)
            }
            None => self.host_miss(path.read),
        }
    }

    fn host_redirect<'m, 'r>(
        &self,
        target: HostLocation<'m, 'r>,
        request: &RequestPath<'r>,
        rule: RuleId,
    ) -> Resolution<'m, 'r> {
        let query = if self.host.has(format::HOST_DROPS_QUERY) { b"" } else { request.query_bytes() };
        let location = Location::on_host(target, query);
        Resolution::Redirect { status: self.policy.redirect_status, location, rule }
    }

    /// What is stored for a path.
    fn stored_on_host<'m>(&'m self, path: &HostPath<'_>) -> Option<Found<'m>> {
        let (slot, form) = self.slot_of(path.key)?;
        let Some(stored) = self.entry_of(slot, form)?.stored else {
            let (status, rule) = self.refusal_in(slot, form)?;
            return Some(Found::Refuse(status, rule));
        };
        match stored {
            Stored::Serve { rule, .. }
                if Some(rule) == self.host.one_slash_rule() && path.read.ends_with(b"//") =>
            {
                None
            }
            Stored::Serve { asset, rule } => Some(Found::Serve(self.asset(asset)?, rule)),
            Stored::Redirect { target, rule } if HostLocation::is_made_of_request(&self.host) => {
                let respelled = Respelled::between(path.key, target)?;
                Some(Found::Respelled(respelled, rule))
            }
            Stored::Redirect { target, rule } => Some(Found::To(target, rule)),
        }
    }

    /// What the rows of the host's table say, from top to bottom. Only manifests of hosts that read paths undecoded have rows.
    fn ask_rows<'m>(&'m self, path: &[u8]) -> Option<Found<'m>> {
        let path = core::str::from_utf8(path).ok().filter(|_| !self.host.rows.is_empty())?;
        let rows = self.host.rows.iter().filter_map(HostRow::read);
        rows.filter_map(|row| Some((row, row.trim(path)?)))
            .find_map(|(row, trimmed)| {
                let file = |name: MadeName| self.file_of(name.kept(path, trimmed), name.suffix);
                if !row.wants.into_iter().flatten().all(|name| file(name).is_some()) {
                    return None;
                }
                match row.action {
                    format::ACTION_SERVE => Some(Found::Serve(file(row.target)?, row.rule)),
                    format::ACTION_REDIRECT => {
                        let cut_len = path.len() - row.target.kept(path, trimmed).len();
                        let adds_slash = !row.target.suffix.is_empty();
                        Some(Found::Respelled(Respelled { cut_len, adds_slash }, row.rule))
                    }
                    _ => None,
                }
            })
            .filter(|found| !self.is_page_for_misses(found, path))
    }

    /// On some hosts the page for misses is one under its own name too; but an escape in the path is enough to miss that.
    fn is_page_for_misses(&self, found: &Found<'_>, path: &str) -> bool {
        matches!(found, Found::Serve(asset, _) if asset.index() == self.policy.root_not_found_asset)
            && self.host.has(format::HOST_PAGE_ALWAYS_404)
            && !path.contains('%')
    }

    /// The file of this name, of which the first part is decoded.
    fn file_of(&self, kept: &str, suffix: &str) -> Option<Asset<'_>> {
        const LONGEST_SUFFIX: usize = 16;
        const SHORT: usize = 512;
        if kept.len() + LONGEST_SUFFIX <= SHORT {
            self.file_of_in(kept, suffix, &mut [0; SHORT])
        } else {
            self.file_of_in(kept, suffix, &mut [0; MAX_REQUEST_LEN + LONGEST_SUFFIX])
        }
    }

    fn file_of_in(&self, kept: &str, suffix: &str, name: &mut [u8]) -> Option<Asset<'_>> {
        let kept_len = match host_path::decode_name(kept.as_bytes(), &self.host, name) {
            Some(len) => len,
            None => {
                name.get_mut(..kept.len())?.copy_from_slice(kept.as_bytes());
                kept.len()
            }
        };
        let len = kept_len + suffix.len();
        name.get_mut(kept_len..len)?.copy_from_slice(suffix.as_bytes());
        self.file_named(name.get(..len)?)
    }

    /// The file of just this name, base included. O(length), but O(log files) where the answers of its stem are irregular.
    fn file_named(&self, name: &[u8]) -> Option<Asset<'_>> {
        let (stem, form) = split_stem(name);
        let index = self.slot_holding(core::str::from_utf8(stem).ok()?)?;
        let slot = self.slot(index)?;
        let first = if u16_at(slot, 2) == format::IRREGULAR_SHAPE {
            let before = |record: &[u8; format::ASSET_LEN]| {
                let own = self.slot(u32_at(record, 44)).and_then(|slot| self.stem_of(slot));
                own.is_some_and(|own| own < stem)
            };
            self.assets.partition_point(before)
        } else {
            to_usize(u32_at(slot, 4).into())
        };
        let records = self.assets.get(first..).unwrap_or_default().iter().take(format::FORM_COUNT);
        let mut own = records.take_while(|record| u32_at(&record[..], 44) == index);
        let place = own.position(|record| Form::from_number(u8_at(record, 38)) == Some(form))?;
        self.asset(u32::try_from(first + place).ok()?)
    }

    /// Where upper-case letters lead to lower case: to the path in lower case if that is served, else to where that leads.
    fn in_lower_case<'m>(&'m self, path: &[u8]) -> Option<Found<'m>> {
        const SHORT: usize = 512;
        let rule = self.host.lower_case_rule()?;
        if !path.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        if path.len() <= SHORT {
            self.in_lower_case_in(path, rule, &mut [0; SHORT])
        } else {
            self.in_lower_case_in(path, rule, &mut [0; MAX_REQUEST_LEN])
        }
    }

    fn in_lower_case_in<'m>(&'m self, path: &[u8], rule: RuleId, lower: &mut [u8]) -> Option<Found<'m>> {
        let lower = lower.get_mut(..path.len())?;
        lower.copy_from_slice(path);
        lower.make_ascii_lowercase();
        let (slot, form) = self.slot_of(lower)?;
        match self.entry_of(slot, form)?.stored? {
            Stored::Serve { .. } => Some(Found::To(SitePath::new(self.stem_of(slot)?, form.suffix()), rule)),
            Stored::Redirect { target, .. } => Some(Found::To(target, rule)),
        }
    }

    /// A path that nothing answers.
    fn host_miss<'m, 'r>(&'m self, path: &[u8]) -> Resolution<'m, 'r> {
        let base = self.base.as_bytes();
        let is_below_base =
            base.is_empty() || path.strip_prefix(base).is_some_and(|rest| rest.starts_with(b"/"));
        let rule = self.host.page_rule().filter(|_| is_below_base);
        match rule.and_then(|rule| Some((self.asset(self.policy.root_not_found_asset)?, rule))) {
            Some((asset, rule)) => Resolution::NotFoundPage { asset, rule },
            None => Resolution::NotFound { rule: self.host.none_rule() },
        }
    }
}
