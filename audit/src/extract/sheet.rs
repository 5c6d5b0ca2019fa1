//! The links of a style sheet.

use super::css::css;
use crate::kind::LinkKind;

/// Gives each link of a style sheet, style element or style attribute; `offset` is where it begins in its file.
pub(crate) fn sheet(bytes: &[u8], offset: u32, mut each: impl FnMut(LinkKind, &[u8], u32)) {
    css(bytes, |url, at| {
        if !url.is_empty() && !url.starts_with(b"#") {
            // Escapes are for what a URL hardly holds.
            let unescaped;
            let url = if memchr::memchr(b'\\', url).is_some() {
                unescaped = url.iter().copied().filter(|&byte| byte != b'\\').collect::<Vec<_>>();
                unescaped.as_slice()
            } else {
                url
            };
            each(LinkKind::StyleUrl, url, offset.saturating_add(u32::try_from(at).unwrap_or(u32::MAX)));
        }
    });
}
