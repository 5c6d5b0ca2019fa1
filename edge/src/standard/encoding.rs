//! Precompressed siblings: `a.js.br` beside `a.js`, as the manifest lists them, and which of them a request wants. RFC 9110, section
//! 12.5.3.

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;
use trailmark::{Asset, Manifest, RequestPath, Resolution, Scratch};

/// The codings with the endings of their files. Among codings that a client likes equally, the first is taken.
const CODINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// The siblings of a file, by coding. O(length of the path).
pub(super) fn siblings<'m>(manifest: &'m Manifest<'_>, asset: &Asset<'_>) -> [Option<Asset<'m>>; 3] {
    let path = format!("{}{}", manifest.base(), asset.site_path());
    CODINGS.map(|(_, ending)| sibling(manifest, &format!("{path}{ending}")))
}

fn sibling<'m>(manifest: &'m Manifest<'_>, path: &str) -> Option<Asset<'m>> {
    let encoded = manifest.encode(path);
    let find = |request: &RequestPath<'_>| match manifest.lookup(request) {
        Resolution::Serve { asset, .. }
            if path.strip_prefix(manifest.base()).is_some_and(|path| asset.site_path() == *path) =>
        {
            manifest.asset(asset.index())
        }
        _ => None,
    };
    match RequestPath::as_is(&encoded) {
        Some(request) => find(&request),
        None => find(&RequestPath::parse(&encoded, &mut Box::new(Scratch::new())).ok()?),
    }
}

/// The coding that a request likes best among those there are; `None` if that is the file as it is.
pub(super) fn choose<'m>(
    headers: &HeaderMap,
    siblings: &[Option<Asset<'m>>; 3],
) -> Option<(&'static str, Asset<'m>)> {
    let wishes = Wishes::of(headers);
    let mut best: Option<(u16, &'static str, Asset<'m>)> = None;
    for ((coding, _), sibling) in CODINGS.into_iter().zip(siblings) {
        let quality = wishes.quality(coding);
        if let Some(sibling) = sibling
            && quality > best.as_ref().map_or(0, |(best, ..)| *best)
        {
            best = Some((quality, coding, *sibling));
        }
    }
    let (quality, coding, sibling) = best?;
    (quality >= wishes.identity).then_some((coding, sibling))
}

/// How much a request likes each coding, in thousandths; 0 is not at all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wishes {
    named: [Option<u16>; 3],
    any: Option<u16>,
    /// The file as it is; only if named, since it is otherwise what is left.
    identity: u16,
}

impl Wishes {
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let mut wishes = Wishes::default();
        for wish in lines.flat_map(|line| line.split(',')) {
            wishes.add(wish);
        }
        wishes
    }

    fn add(&mut self, wish: &str) {
        let mut parts = wish.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let mut weights =
            parts.filter_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let Some(quality) = weights.next().map_or(Some(1000), thousandths) else { return };
        if name == "*" {
            self.any = Some(quality);
        } else if name.eq_ignore_ascii_case("identity") {
            self.identity = quality;
        } else {
            let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
            for ((coding, _), place) in CODINGS.iter().zip(&mut self.named) {
                if name.eq_ignore_ascii_case(coding) {
                    *place = Some(quality);
                }
            }
        }
    }

    fn quality(&self, coding: &str) -> u16 {
        let place = CODINGS.iter().position(|(name, _)| *name == coding);
        let named = place.and_then(|place| self.named.get(place).copied().flatten());
        named.or(self.any).unwrap_or(0)
    }
}

/// A weight: `0`, `1`, or up to three digits behind the point. `None` for anything else.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    if part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(line: &str) -> Wishes {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, line.parse().unwrap());
        Wishes::of(&headers)
    }

    #[test]
    fn weights_are_read_to_three_digits() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            ("0.", Some(0)),
            ("0.001", Some(1)),
            ("1.000", Some(1000)),
            ("1.001", None),
            ("0.0001", None),
            ("2", None),
            ("-1", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn wishes_are_taken_in_any_case_and_order() {
        let asked = wishes("GZIP;q=0.5, br ; Q=0.25, *;q=0, identity;q=0.1, x;q=7");
        assert_eq!((asked.quality("gzip"), asked.quality("br"), asked.quality("zstd")), (500, 250, 0));
        assert_eq!((asked.any, asked.identity), (Some(0), 100));
        assert_eq!(wishes("*").quality("zstd"), 1000);
        assert_eq!(wishes("x-gzip").quality("gzip"), 1000);
        assert_eq!(wishes("").quality("br"), 0);
    }
}
