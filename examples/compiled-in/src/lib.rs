//! What a small site answers, with no file at all: the tables are made when this crate is built (`build.rs`).

use trailmark::tables::Decision;
use trailmark::{Request, RequestError, RequestPath, Scratch};

/// The site's routes.
pub mod routes {
    include!(concat!(env!("OUT_DIR"), "/routes.rs"));
}

/// What the site answers to a GET, in one line: status, where to or which file, and the rule that says so.
///
/// # Errors
/// [`RequestError`] for a text that is no request target.
pub fn answer(target: &str) -> Result<String, RequestError> {
    let mut scratch = Scratch::new();
    let request = Request::get(RequestPath::parse(target, &mut scratch)?);
    let answer = match routes::SITE.decide(&request) {
        Decision::Assets(answer) => answer,
        _ => return Ok("for the Worker".to_owned()),
    };
    let rule = routes::SITE.rule_name(answer.rule);
    Ok(match (answer.location(), answer.body) {
        (Some(location), _) => format!("{} -> {location} ({rule})", answer.status),
        (None, Some(asset)) => format!("{} {} {} ({rule})", answer.status, asset.site_path(), asset.etag()),
        (None, None) => format!("{} ({rule})", answer.status),
    })
}
