//! Streams of requests to a site: hits, redirects, misses, and what visitors and robots send all mixed.
//!
//! The bytes of a stream lie one behind the other in the order of asking, so reading them costs every contestant the same
//! next to nothing. What each request is answered is found out beforehand by the manifest itself, and a stream of one kind
//! holds requests of that kind only.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use trailmark::{DecodeMode, Manifest, RequestPath, Resolution, Scratch, decode_path, encode_site_path};

use crate::random::{Random, Zipf};

/// A kind of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mix {
    /// Canonical URLs, every file as often as any other.
    Hit,
    /// Canonical URLs, by Zipf's law.
    HitZipf,
    /// Other forms of pages, which are redirected.
    Redirect,
    /// Paths that do not exist: typing errors, moved pages, robots.
    Miss,
    /// Missing paths one folder deep.
    Walk1,
    /// Missing paths five folders deep.
    Walk5,
    /// Missing paths twenty folders deep.
    Walk20,
    /// Percent-encoded paths: half of them have to be, half need not and are redirected.
    Encoded,
    /// 70 % hits (most by Zipf's law), 10 % redirects, 15 % misses, 5 % encoded; 15 % of all with a query.
    Mixed,
}

impl Mix {
    /// Every kind.
    pub const ALL: [Mix; 9] = [
        Mix::Hit,
        Mix::HitZipf,
        Mix::Redirect,
        Mix::Miss,
        Mix::Walk1,
        Mix::Walk5,
        Mix::Walk20,
        Mix::Encoded,
        Mix::Mixed,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Mix::Hit => "hit, uniform",
            Mix::HitZipf => "hit, Zipf",
            Mix::Redirect => "redirect",
            Mix::Miss => "miss",
            Mix::Walk1 => "miss, 1 folder deep",
            Mix::Walk5 => "miss, 5 deep",
            Mix::Walk20 => "miss, 20 deep",
            Mix::Encoded => "percent-encoded",
            Mix::Mixed => "mix",
        }
    }
}

/// A request of a stream: where its bytes are, and what the runtime knows of it after parsing.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    offset: u32,
    len: u16,
    /// Length of the path in the low 14 bits; then [`CANONICAL`] and [`PLAIN`].
    path: u16,
}

impl Record {
    /// Length of the request target.
    #[inline(always)]
    pub(crate) fn len(&self) -> u64 {
        self.len.into()
    }
}

const PLAIN: u16 = 1 << 15;
const CANONICAL: u16 = 1 << 14;

/// A parsed request, as every contestant gets it.
///
/// Path, plainness and canonical spelling are what the runtime finds while parsing and keeps to itself. All contestants get
/// them for nothing, so none has to look for percent signs or check UTF-8 again.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'r> {
    /// What the runtime made of the request target.
    pub request: RequestPath<'r>,
    target: &'r [u8],
    path: u16,
}

impl<'r> Ask<'r> {
    /// The path as bytes.
    #[inline(always)]
    pub fn path(&self) -> &'r [u8] {
        self.target.get(..usize::from(self.path & (CANONICAL - 1))).unwrap_or_default()
    }

    /// Whether the path is its own decoding and its own canonical encoding.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        self.path & PLAIN != 0
    }

    /// Whether the path is its own canonical encoding.
    #[inline(always)]
    pub fn is_canonical(&self) -> bool {
        self.path & CANONICAL != 0
    }
}

/// A stream of requests.
#[derive(Debug, Default)]
pub struct Requests {
    bytes: Vec<u8>,
    records: Vec<Record>,
}

impl Requests {
    /// Number of requests.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The request targets of a part of the stream.
    pub fn targets(&self, range: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.records.get(range).unwrap_or_default().iter().map(|record| self.target(*record))
    }

    /// The records of a part of the stream.
    pub fn records(&self, range: Range<usize>) -> &[Record] {
        self.records.get(range).unwrap_or_default()
    }

    #[inline(always)]
    fn target(&self, record: Record) -> &[u8] {
        self.bytes
            .get(record.offset as usize..record.offset as usize + usize::from(record.len))
            .unwrap_or_default()
    }

    /// Parses a request: the part of the work that is the same for all, and is measured with each of them.
    #[inline(always)]
    pub fn ask<'r>(&'r self, record: Record, scratch: &'r mut Scratch) -> Ask<'r> {
        let target = self.target(record);
        let Ok(request) = RequestPath::parse(target, scratch) else {
            unreachable!("only what can be parsed gets into a stream");
        };
        Ask { request, target, path: record.path }
    }

    /// Adds a request. False, and nothing is added, if the URL parser would rewrite it: contestants could not be told the
    /// path then.
    pub fn add(&mut self, target: &str, mode: DecodeMode, scratch: &mut Scratch) -> bool {
        let Ok(request) = RequestPath::parse(target, scratch) else { return false };
        let path = request.path();
        if !target.starts_with(path)
            || path.len() >= usize::from(CANONICAL)
            || target.len() > usize::from(u16::MAX)
        {
            return false;
        }
        let decoded = decode_path(path, mode);
        let is_canonical = encode_site_path(&decoded) == path;
        let is_plain = is_canonical && decoded == path;
        let flags = if is_plain { PLAIN } else { 0 } | if is_canonical { CANONICAL } else { 0 };
        let (Ok(offset), Ok(len)) = (u32::try_from(self.bytes.len()), u16::try_from(target.len())) else {
            return false;
        };
        self.bytes.extend_from_slice(target.as_bytes());
        self.records.push(Record { offset, len, path: path.len() as u16 | flags });
        true
    }
}

/// Makes streams for one site.
#[derive(Debug)]
pub struct Source<'m> {
    manifest: &'m Manifest<'m>,
    /// Assets by popularity.
    ranking: Vec<u32>,
    /// Assets whose path has to be percent-encoded.
    far: Vec<u32>,
    random: Random,
    zipf: Zipf,
}

impl<'m> Source<'m> {
    /// For a manifest. O(assets).
    pub fn new(manifest: &'m Manifest<'m>, seed: u64) -> Source<'m> {
        let mut random = Random::new(seed);
        let mut ranking: Vec<u32> = (0..manifest.asset_count() as u32).collect();
        random.shuffle(&mut ranking);
        let is_far = |index: &u32| {
            let stem = manifest.asset(*index).map_or("", |asset| asset.site_path().parts().0);
            encode_site_path(stem) != stem
        };
        let far = (0..manifest.asset_count() as u32).filter(is_far).collect();
        let zipf = Zipf::new(ranking.len().max(1));
        Source { manifest, ranking, far, random, zipf }
    }

    /// So many requests of a kind; fewer, or none, if the site has nothing of the kind.
    pub fn requests(&mut self, mix: Mix, count: usize) -> Requests {
        let mut requests = Requests::default();
        let mut scratch = Scratch::new();
        let mode = self.manifest.decode_mode();
        let mut attempts_left = count * 8 + 1000;
        while requests.len() < count && attempts_left > 0 {
            attempts_left -= 1;
            let Some(target) = self.target(mix) else { continue };
            requests.add(&target, mode, &mut scratch);
        }
        requests
    }

    /// A request of a kind, if the attempt to make one succeeds.
    fn target(&mut self, mix: Mix) -> Option<String> {
        let target = match mix {
            Mix::Mixed => return self.mixed(),
            Mix::Hit => self.hit(false)?,
            Mix::HitZipf => self.hit(true)?,
            Mix::Redirect => self.other_form()?,
            Mix::Miss => self.missing()?,
            Mix::Walk1 => self.deep(1)?,
            Mix::Walk5 => self.deep(5)?,
            Mix::Walk20 => self.deep(20)?,
            Mix::Encoded => self.encoded()?,
        };
        self.is(mix, &target).then_some(target)
    }

    /// Whether the site answers a request as its kind wants it.
    fn is(&self, mix: Mix, target: &str) -> bool {
        let mut scratch = Scratch::new();
        let Ok(request) = RequestPath::parse(target, &mut scratch) else { return false };
        let answer = self.manifest.lookup(&request);
        match mix {
            Mix::Hit | Mix::HitZipf => matches!(answer, Resolution::Serve { .. }),
            Mix::Redirect => matches!(answer, Resolution::Redirect { .. }),
            Mix::Encoded => matches!(answer, Resolution::Serve { .. } | Resolution::Redirect { .. }),
            _ => matches!(answer, Resolution::NotFoundPage { .. } | Resolution::NotFound { .. }),
        }
    }

    fn mixed(&mut self) -> Option<String> {
        let mix = match self.random.below(100) {
            0..60 => Mix::HitZipf,
            60..70 => Mix::Hit,
            70..80 => Mix::Redirect,
            80..92 => Mix::Miss,
            92..95 => Mix::Walk5,
            _ => Mix::Encoded,
        };
        let mut target = self.target(mix)?;
        if self.random.percent(15) {
            let _ = write!(target, "?utm_source=newsletter&id={}", self.random.below(100_000));
        }
        Some(target)
    }

    /// The canonical URL of an asset.
    fn hit(&mut self, zipf: bool) -> Option<String> {
        let rank = if zipf {
            self.zipf.rank(&mut self.random)
        } else {
            self.random.below(self.ranking.len().max(1))
        };
        let asset = self.manifest.asset(*self.ranking.get(rank)?)?;
        let url = asset.canonical_url()?.to_string();
        (!url.contains('%')).then_some(url)
    }

    /// A page at a URL that is not its own.
    fn other_form(&mut self) -> Option<String> {
        const FORMS: [&str; 5] = ["", "/", ".html", "/index.html", "/index"];
        let rank = self.random.below(self.ranking.len().max(1));
        let asset = self.manifest.asset(*self.ranking.get(rank)?)?;
        let stem = asset.site_path().parts().0;
        let target = format!("{stem}{}", self.random.pick(&FORMS));
        (encode_site_path(&target) == target).then_some(target)
    }

    fn missing(&mut self) -> Option<String> {
        const PROBES: [&str; 6] = [
            "/wp-login.php",
            "/.env",
            "/admin/login",
            "/xmlrpc.php",
            "/.git/config",
            "/phpmyadmin/index.php",
        ];
        Some(match self.random.below(20) {
            0 => self.random.pick(&PROBES).to_owned(),
            1..3 => format!("/wp-content/plugins/{}/readme.txt", self.name()),
            3..12 => {
                // A page that has moved: its folder is still there.
                let url = self.hit(false)?;
                let folder =
                    url.trim_end_matches('/').rfind('/').and_then(|end| url.get(..end)).unwrap_or_default();
                format!("{folder}/{}", self.name())
            }
            _ => {
                // A typing error, or a link that was cut short.
                let mut url = self.hit(false)?;
                let has_slash = url.ends_with('/');
                url.truncate(url.trim_end_matches('/').len());
                url.pop();
                if has_slash { url + "/" } else { url }
            }
        })
    }

    /// A missing path so many folders deep, below a folder that the site has.
    fn deep(&mut self, depth: usize) -> Option<String> {
        let mut path = match self.hit(false)?.split('/').nth(1) {
            Some(top) if !top.is_empty() => format!("/{top}"),
            _ => "/old".to_owned(),
        };
        for _ in 1..depth {
            let _ = write!(path, "/{:x}", self.random.below(1 << 20));
        }
        Some(format!("{path}/{}", self.name()))
    }

    fn name(&mut self) -> String {
        format!("{:x}-{:x}", self.random.below(1 << 24), self.random.below(1 << 16))
    }

    /// A path that has to be encoded, or one whose letters are encoded without need.
    fn encoded(&mut self) -> Option<String> {
        if !self.far.is_empty() && self.random.percent(50) {
            let index = self.random.pick(&self.far);
            return Some(self.manifest.asset(index)?.canonical_url()?.to_string());
        }
        let url = self.hit(false)?;
        let places: HashSet<usize> =
            (0..1 + self.random.below(3)).map(|_| self.random.below(url.len())).collect();
        let mut encoded = String::with_capacity(url.len() + 6);
        for (place, letter) in url.char_indices() {
            if places.contains(&place) && letter.is_ascii_alphanumeric() {
                let _ = write!(encoded, "%{:02X}", letter as u32);
            } else {
                encoded.push(letter);
            }
        }
        encoded.contains('%').then_some(encoded)
    }
}
