//! The requests that are measured: made from the site's own routes, or read from a file in one of the formats that people
//! have their requests in.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use anyhow::bail;
use trailmark::{Manifest, RequestPath, RequestUrl, Resolution, Scratch};
use trailmark_compare::log::{Read as Line, read_line};

use crate::output::shown;

/// Kinds of requests that can be made from a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    /// Every file at its own URL
    Hits,
    /// Other forms of pages, which are redirected
    Redirects,
    /// Paths that do not exist
    Misses,
    /// 80 % hits, 10 % redirects, 10 % misses
    Mix,
}

impl Kind {
    /// All of them, the mix last.
    pub(super) const ALL: [Kind; 4] = [Kind::Hits, Kind::Redirects, Kind::Misses, Kind::Mix];

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Hits => "hits",
            Kind::Redirects => "redirects",
            Kind::Misses => "misses",
            Kind::Mix => "mix",
        }
    }
}

/// Request targets, one behind the other in memory. Each can be parsed.
#[derive(Debug, Default)]
pub(super) struct Requests {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

/// Lines that were no requests.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// How many.
    pub(super) count: usize,
    /// The first, with its number and what is wrong with it.
    pub(super) first: Option<String>,
}

/// The longest line that is looked at, bytes.
const LONGEST: u64 = 1 << 20;

impl Requests {
    /// Number of requests.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A request target; requests are counted round and round.
    #[inline]
    pub(super) fn target(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|&end| self.bytes.get(start..end)).unwrap_or_default()
    }

    fn add(&mut self, target: &[u8]) -> anyhow::Result<()> {
        RequestPath::parse(target, &mut Scratch::new())?;
        self.bytes.extend_from_slice(target);
        self.ends.push(self.bytes.len());
        Ok(())
    }

    /// Requests of a kind, drawn evenly over the files of a site; fewer, or none, if it has not so many of the kind.
    pub(super) fn generated(manifest: &Manifest<'_>, kind: Kind, count: usize, seed: u64) -> Requests {
        let mut maker = Maker { manifest, random: Random(seed ^ (kind as u64) << 56) };
        let mut requests = Requests::default();
        for _ in 0..count.saturating_mul(8) {
            if requests.len() == count {
                break;
            }
            if let Some(target) = maker.target(kind) {
                // What can't be parsed is no request.
                let _ = requests.add(target.as_bytes());
            }
        }
        requests
    }

    /// Reads requests, one a line. Each line is looked at by itself: a JSON object, a line of an access log, or a URL.
    pub(super) fn read(mut input: impl BufRead) -> io::Result<(Requests, Refused)> {
        let (mut requests, mut refused) = (Requests::default(), Refused::default());
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST {
                input.skip_until(b'\n')?;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if let Err(error) = target_of(text).and_then(|target| requests.add(&target)) {
                refused.count += 1;
                refused.first.get_or_insert_with(|| format!("line {number}, `{}`: {error:#}", shown(text)));
            }
        }
        Ok((requests, refused))
    }
}

/// The request target that a line states.
fn target_of(line: &str) -> anyhow::Result<Cow<'_, [u8]>> {
    if !line.starts_with('{') && !line.contains("] \"") {
        return Ok(RequestUrl::parse(line.as_bytes(), "")?.target);
    }
    match read_line(line.as_bytes()) {
        Line::Request(_, record) => Ok(record.target),
        Line::Damaged(why) => bail!(why),
        Line::NotARequest | Line::Blank => bail!("it tells of no request"),
    }
}

/// Makes requests from the routes of a site.
struct Maker<'m> {
    manifest: &'m Manifest<'m>,
    random: Random,
}

impl Maker<'_> {
    fn target(&mut self, kind: Kind) -> Option<String> {
        match kind {
            Kind::Hits => self.hit(),
            Kind::Redirects => self.other_form(),
            Kind::Misses => self.missing(),
            Kind::Mix => match self.random.below(10) {
                0 => self.other_form(),
                1 => self.missing(),
                _ => self.hit(),
            },
        }
    }

    fn asset(&mut self) -> Option<trailmark::Asset<'_>> {
        let count = self.manifest.asset_count();
        let index = self.random.below(count.max(1));
        self.manifest.asset(u32::try_from(index).ok()?)
    }

    fn hit(&mut self) -> Option<String> {
        self.asset()?.canonical_url().map(|url| url.to_string())
    }

    fn other_form(&mut self) -> Option<String> {
        const FORMS: [&str; 5] = ["", "/", ".html", "/index.html", "/index"];
        let form = FORMS.get(self.random.below(FORMS.len()))?;
        let stem = self.asset()?.site_path().parts().0;
        let target = trailmark::encode_site_path(&format!("{stem}{form}"));
        self.is(&target, |answer| matches!(answer, Resolution::Redirect { .. })).then_some(target)
    }

    /// The URL of a page without its last letter, or with another name in the same folder.
    fn missing(&mut self) -> Option<String> {
        let mut target = self.hit()?;
        target.truncate(target.trim_end_matches('/').len());
        if self.random.below(2) == 0 {
            target.pop();
        } else {
            target.truncate(target.rfind('/').unwrap_or(0));
            target.push_str(&format!("/{:x}", self.random.below(1 << 32)));
        }
        let is_miss = |answer: &Resolution<'_, '_>| {
            matches!(
                answer,
                Resolution::NotFound { .. } | Resolution::NotFoundPage { .. } | Resolution::SinglePage { .. }
            )
        };
        self.is(&target, is_miss).then_some(target)
    }

    fn is(&self, target: &str, wanted: impl Fn(&Resolution<'_, '_>) -> bool) -> bool {
        let mut scratch = Scratch::new();
        RequestPath::parse(target, &mut scratch).is_ok_and(|request| wanted(&self.manifest.lookup(&request)))
    }
}

/// SplitMix64: the same requests for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(mixed ^ (mixed >> 31)) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Refused) {
        let (requests, refused) = Requests::read(text.as_bytes()).unwrap();
        let target = |index| String::from_utf8_lossy(requests.target(index)).into_owned();
        ((0..requests.len()).map(target).collect(), refused)
    }

    #[test]
    fn urls_json_lines_and_logs_may_be_mixed() {
        let text = concat!(
            "\u{FEFF}/about?x=1\r\n",
            "# a comment\n\n",
            "https://example.com/a/b\n",
            "{\"url\": \"/caf\\u00e9\", \"method\": \"HEAD\"}\n",
            "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 2326\n",
            "::1 - - [10/Oct/2000:13:55:36 -0700] \"POST /q?a=%20 HTTP/1.1\" 404 0 \"-\" \"Mozilla/5.0 \\\"x\\\"\"",
        );
        let (targets, refused) = read(text);
        assert_eq!(targets, ["/about?x=1", "/a/b", "/café", "/apache_pb.gif", "/q?a=%20"]);
        assert_eq!(refused.count, 0);
    }

    #[test]
    fn escapes_in_logs_are_undone() {
        let line = |request: &str| format!("h - - [t] \"{request}\" 400 0\n");
        let (targets, _) = read(&line(r"GET /a\x22\\\x41 HTTP/1.1"));
        assert_eq!(targets, ["/a\"\\A"]);
    }

    #[test]
    fn what_is_no_request_is_counted_and_the_first_is_told() {
        let text =
            "/fine\nh - - [t] \"\\x16\\x03\\x01\" 400 0\nabout\n{\"method\":1}\nh - - [t] \"-\" 408 0\n";
        let (targets, refused) = read(text);
        assert_eq!((targets.len(), refused.count), (1, 4));
        assert!(refused.first.unwrap().starts_with("line 2, "));
    }
}
