//! One of the two sites that are compared: something that answers paths and lists those that it knows. The only place that asks
//! manifests; what a comparison makes of the answers does not depend on where they come from.

use std::fmt::Write as _;

use trailmark::{
    Answer, Asset, Decision, Form, HeaderValue, Manifest, Request, RequestHeaders, RequestPath, RuleId,
    Scratch, StoredStem,
};

/// Where requests are sent to, in thought. Only rules that name a host depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host, with its port if it is not the scheme's own.
    pub host: String,
}

impl Default for Origin {
    fn default() -> Self {
        Origin { scheme: "https", host: "example.com".to_owned() }
    }
}

/// What kind of answer a path gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A file, with 200.
    Served,
    /// A redirect.
    Redirect,
    /// Nothing of its own: a single-page application's fallback, with 200.
    Fallback,
    /// Nothing: 404.
    Missing,
    /// The user's own code answers.
    Worker,
    /// The platform fails, or refuses the method.
    Failing,
}

/// An answer, as far as two of them are compared.
#[derive(Debug, Clone)]
pub struct Reply<'m> {
    /// What kind of answer.
    pub state: State,
    /// The status; 0 for a Worker, whose status nobody knows.
    pub status: u16,
    /// The rule that decided.
    pub rule: RuleId,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The file that is the body.
    pub asset: Option<Asset<'m>>,
    /// Index of the `_redirects` rule that had its part in it.
    pub redirect_rule: Option<usize>,
}

impl Reply<'_> {
    /// Whether somebody who asks gets what he came for, perhaps by a redirect.
    pub fn is_found(&self) -> bool {
        matches!(self.state, State::Served | State::Redirect)
    }
}

/// One of two sites.
#[derive(Debug, Clone, Copy)]
pub struct Side<'m> {
    manifest: &'m Manifest<'m>,
    origin: &'m Origin,
}

/// Room for the work on one path after the other; one a thread.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) scratch: Box<Scratch>,
    other_scratch: Box<Scratch>,
    texts: [String; 2],
}

impl<'m> Side<'m> {
    /// A site, asked at an origin.
    pub fn new(manifest: &'m Manifest<'m>, origin: &'m Origin) -> Side<'m> {
        Side { manifest, origin }
    }

    /// The manifest that answers.
    pub fn manifest(&self) -> &'m Manifest<'m> {
        self.manifest
    }

    /// The origin that is asked.
    pub fn origin(&self) -> &'m Origin {
        self.origin
    }

    /// What a path answers to a GET; `None` for a text that is no request path.
    pub fn ask(&self, path: &str) -> Option<Reply<'m>> {
        let asked = |path| reply(&self.manifest.decide(&self.request("GET", path)));
        // Room for a path that has to be rewritten is not made for the many that need none.
        match RequestPath::as_is(path) {
            Some(path) => Some(asked(path)),
            None => RequestPath::parse(path, &mut Scratch::new()).ok().map(asked),
        }
    }

    /// The request for a path.
    pub(crate) fn request<'r>(&self, method: &'r str, path: RequestPath<'r>) -> Request<'r>
    where
        'm: 'r,
    {
        let mut request = Request::new(method, path, RequestHeaders::default());
        request.scheme = self.origin.scheme;
        request.host = &self.origin.host;
        request
    }

    /// The response headers of a path, a line each, in order.
    pub fn headers(&self, path: &str) -> Vec<(String, String)> {
        let mut scratch = Scratch::new();
        let Ok(path) = RequestPath::parse(path, &mut scratch) else { return Vec::new() };
        match self.manifest.decide(&self.request("GET", path)) {
            Decision::Assets(answer) => {
                answer.headers().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many places a stem can stand in.
    pub(crate) fn place_count(&self) -> u32 {
        self.manifest.slot_count()
    }

    /// The stem in a place.
    pub(crate) fn stem_in(&self, place: u32) -> Option<StoredStem<'m>> {
        self.manifest.stem_in(place)
    }

    /// The text of the stem in a place.
    pub(crate) fn stem_text(&self, place: u32) -> &'m str {
        self.manifest.stem_text(place).unwrap_or_default()
    }

    /// The forms of a stem that are files.
    pub(crate) fn file_forms(&self, stem: &str) -> u8 {
        self.manifest.file_forms(stem)
    }

    /// A stem that the site may know.
    pub(crate) fn stem(&self, stem: &str) -> Option<StoredStem<'m>> {
        self.manifest.stem_in(self.place_of(stem)?)
    }

    /// The place of a stem that the site may know.
    pub(crate) fn place_of(&self, stem: &str) -> Option<u32> {
        self.manifest.slot_holding(stem)
    }

    /// The request path of a form of a stem.
    pub(crate) fn path_of(&self, stem: &str, form: Form) -> String {
        let mut path = self.manifest.encode(stem);
        path.push_str(form.suffix());
        path
    }

    /// Whether what is stored decides everything: [`Side::is_alike`] may be asked.
    pub(crate) fn has_same_rules(&self, other: &Side<'_>) -> bool {
        self.origin == other.origin && self.manifest.has_same_rules(other.manifest)
    }

    /// Whether two sites with the same rules answer alike to every form of a stem, at a glance.
    pub(crate) fn is_alike(&self, place: u32, other: &Side<'_>, other_place: u32) -> bool {
        self.manifest.answers_alike(place, other.manifest, other_place)
    }
}

fn state(decision: &Decision<'_, '_>) -> State {
    let Decision::Assets(answer) = decision else { return State::Worker };
    let is_fallback =
        matches!(answer.rule, RuleId::SINGLE_PAGE | RuleId::PAGES_SINGLE_PAGE) && answer.redirect.is_none();
    match answer.status {
        200..=299 if is_fallback => State::Fallback,
        200..=299 => State::Served,
        300..=399 => State::Redirect,
        404 => State::Missing,
        _ => State::Failing,
    }
}

pub(crate) fn reply<'m>(decision: &Decision<'m, '_>) -> Reply<'m> {
    let state = state(decision);
    match decision {
        Decision::Assets(answer) => Reply {
            state,
            status: answer.status,
            rule: answer.rule,
            location: answer.location().map(ToString::to_string),
            asset: answer.body,
            redirect_rule: answer.redirect,
        },
        Decision::Worker { rule, .. } => {
            Reply { state, status: 0, rule: *rule, location: None, asset: None, redirect_rule: None }
        }
        _ => Reply {
            state: State::Failing,
            status: 0,
            rule: RuleId::NOT_FOUND_NONE,
            location: None,
            asset: None,
            redirect_rule: None,
        },
    }
}

/// What differs between two answers to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Differs {
    pub(crate) old: State,
    pub(crate) new: State,
    /// Status, or where it leads.
    pub(crate) target: bool,
    /// The bytes of the body.
    pub(crate) body: bool,
    /// Headers other than the two that go with body and target.
    pub(crate) headers: bool,
    /// Whether a rule of `_redirects` has its part in one of them.
    pub(crate) by_rule: bool,
}

/// Asks both sites about a request for a path and compares what they say; `None` for a text that is no request path. No allocation for answers
/// without redirect.
pub(crate) fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    method: &str,
    path: &(impl AsRef<[u8]> + ?Sized),
    desk: &mut Desk,
) -> Option<Differs> {
    let Desk { scratch, other_scratch, texts } = desk;
    let old_path = RequestPath::parse(path, scratch).ok()?;
    let new_path = RequestPath::parse(path, other_scratch).ok()?;
    let before = old.manifest.decide(&old.request(method, old_path));
    let after = new.manifest.decide(&new.request(method, new_path));
    let states = (state(&before), state(&after));
    let mut differs =
        Differs { old: states.0, new: states.1, target: false, body: false, headers: false, by_rule: false };
    if let (Decision::Assets(before), Decision::Assets(after)) = (&before, &after) {
        differs.target = before.status != after.status || !same_location(before, after, texts);
        differs.body = body(before) != body(after);
        differs.headers = !same_headers(before, after);
        differs.by_rule = before.redirect.is_some() || after.redirect.is_some();
    }
    Some(differs)
}

fn body<'m>(answer: &Answer<'m, '_>) -> Option<&'m [u8; 32]> {
    answer.body.map(|asset| asset.fingerprint())
}

fn same_location(before: &Answer<'_, '_>, after: &Answer<'_, '_>, texts: &mut [String; 2]) -> bool {
    match (before.location(), after.location()) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            texts.iter_mut().for_each(String::clear);
            let [one, other] = texts;
            // Writing to a string does not fail.
            let _ = write!(one, "{before}");
            let _ = write!(other, "{after}");
            one == other
        }
        _ => false,
    }
}

/// The entity tag goes with the body, the location with the target: neither says anything new.
fn same_headers(before: &Answer<'_, '_>, after: &Answer<'_, '_>) -> bool {
    let says_more = |(name, value): &(&str, HeaderValue<'_, '_>)| {
        !matches!(value, HeaderValue::ETag(_)) && *name != "location"
    };
    let mut after = after.headers().filter(says_more);
    before.headers().filter(says_more).all(|(name, value)| {
        after.next().is_some_and(|(other_name, other)| name == other_name && same_value(&value, &other))
    }) && after.next().is_none()
}

fn same_value(one: &HeaderValue<'_, '_>, other: &HeaderValue<'_, '_>) -> bool {
    let text = |value: &HeaderValue<'_, '_>| match value {
        HeaderValue::Text(text) => Some((*text).to_owned()),
        HeaderValue::Made(text) => Some(text.clone()),
        _ => None,
    };
    match (one, other) {
        (HeaderValue::Text(one), HeaderValue::Text(other)) => one == other,
        _ => text(one) == text(other),
    }
}
