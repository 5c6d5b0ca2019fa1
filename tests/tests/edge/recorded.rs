//! The sites of the recorded vectors, served by `trailmark-edge`.
//!
//! Every site is written to a folder of its own and served from there; the few whose names no file system takes, from memory.
//! Bodies are compared, not the names of files.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Empty};
use serde_json::Value;
use tempfile::TempDir;
use tower_service::Service;
use trailmark::ManifestFile;
use trailmark_compiler::manifest_with_rules;
use trailmark_edge::{Body, Edge, LiveSite, Site, SiteFiles, SiteService};

use trailmark_tests::conformance::{
    Config, Group, Outcome, RecordedRequest, assets_of, options_of, rules_of, same_outcome, tag_pairs,
    translate_tags,
};

/// A response, whole.
#[derive(Debug)]
pub(super) struct Got {
    /// Its status.
    pub(super) status: u16,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Its body.
    pub(super) body: Bytes,
}

/// The folder of a group's files, and what serves them.
#[derive(Debug)]
pub(super) struct GroupFiles {
    folder: TempDir,
    is_on_disk: bool,
}

impl GroupFiles {
    /// Writes the files.
    ///
    /// # Panics
    /// Where there is no room for them.
    pub(super) fn write(group: &Group) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let is_on_disk = group.files.iter().all(|(path, content)| write_file(folder.path(), path, content));
        GroupFiles { folder, is_on_disk }
    }

    /// Whether they are files on disk.
    pub(super) fn is_on_disk(&self) -> bool {
        self.is_on_disk
    }

    fn open(&self, files: &BTreeMap<String, String>) -> SiteFiles {
        if self.is_on_disk {
            return SiteFiles::folder(self.folder.path()).expect("the folder opens");
        }
        SiteFiles::memory(files.iter().map(|(path, content)| (path.clone(), Bytes::from(content.clone()))))
    }
}

/// Whether it could be written, and reads back: two names may be one to a file system.
fn write_file(root: &Path, path: &str, content: &str) -> bool {
    let file = root.join(path.trim_start_matches('/'));
    let is_plain = !path.contains("//")
        && !path.contains('\0')
        && path.split('/').all(|part| part != "." && part != "..");
    is_plain
        && !file.exists()
        && file.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok())
        && fs::write(&file, content).is_ok()
}

/// A recorded site under a configuration, ready to be asked.
#[derive(Debug)]
pub(super) struct Recorded<'g> {
    group: &'g Group,
    /// For each file, the recorded tag and ours.
    tags: Vec<(String, String)>,
    /// Where the site's requests go.
    pub(super) service: SiteService<OracleWorker>,
}

impl<'g> Recorded<'g> {
    /// Compiles the site.
    ///
    /// # Panics
    /// If it does not compile.
    pub(super) fn new(edge: &Edge, group: &'g Group, config: &Config, files: &GroupFiles) -> Self {
        let (options, rules) = (options_of(group, config), rules_of(group, config));
        let bytes =
            manifest_with_rules(assets_of(&group.files), options, &rules).expect("a recorded site compiles");
        let manifest = ManifestFile::from_bytes(bytes).expect("what was compiled opens");
        let tags = tag_pairs(manifest.manifest(), &group.files);
        let site = Site::new(manifest, files.open(&group.files)).named(&group.id);
        let service = with_worker(SiteService::new(LiveSite::new(edge, site)));
        Recorded { group, tags, service }
    }

    /// The recorded request as HTTP has it; the reason, if it can't have it.
    ///
    /// # Errors
    /// A text.
    pub(super) fn request(&self, recorded: &RecordedRequest) -> Result<Request<Empty<Bytes>>, String> {
        let mut request =
            Request::builder().method(recorded.method()).uri(recorded.path()).header("host", recorded.host());
        for (name, value) in recorded.headers() {
            let value = if name.eq_ignore_ascii_case("if-none-match") {
                translate_tags(value, &self.tags)
            } else {
                value.to_owned()
            };
            request = request.header(name, value);
        }
        request.body(Empty::new()).map_err(|error| error.to_string())
    }

    /// What is different from the recorded answer; `None` if nothing is.
    pub(super) fn difference(
        &self,
        request: &RecordedRequest,
        recorded: &Value,
        got: &Got,
    ) -> Option<String> {
        let ours = self.outcome(got);
        let same = ours.as_ref().is_ok_and(|ours| same_outcome(self.group, request, recorded, ours));
        (!same).then(|| {
            format!(
                "{}\n  request  {request:?}\n  recorded {recorded}\n  ours     {got:?}\n  as {ours:?}",
                self.group.id
            )
        })
    }

    fn outcome(&self, got: &Got) -> Result<Outcome, String> {
        let header = |name: &str| got.headers.get(name).map(text);
        let by = match header("x-oracle-by").as_deref() {
            Some("W") => "W",
            Some("W+A") => "W+A",
            _ => "A",
        };
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &got.headers {
            let is_own_tag =
                name == "etag" && self.tags.iter().any(|(_, tag)| tag.as_bytes() == value.as_bytes());
            match name.as_str() {
                "content-length" | "date" | "x-oracle-by" => {}
                name => headers
                    .push((name.to_owned(), if is_own_tag { "<etag>".to_owned() } else { text(value) })),
            }
        }
        headers.sort();
        Ok(Outcome {
            by,
            status: got.status,
            file: self.file(got)?,
            location: header("location"),
            content_type: header("content-type"),
            cache_control: header("cache-control"),
            has_etag: got.headers.contains_key("etag"),
            headers,
        })
    }

    /// A file with the bytes of the body.
    fn file(&self, got: &Got) -> Result<Option<String>, String> {
        let platform_text = got.body.starts_with(b"Redirecting to ") && (300..400).contains(&got.status)
            || (got.status == 403 && got.body == "Blocked");
        if got.body.is_empty() || platform_text {
            return Ok(None);
        }
        match self.group.files.iter().find(|(_, content)| content.as_bytes() == got.body) {
            Some((path, _)) => Ok(Some(path.clone())),
            None => Err(format!("a body that no file has: {:?}", got.body)),
        }
    }
}

/// The same request with GET, for one with HEAD: its body is the one that HEAD is about.
pub(super) fn twin_of_head(request: &Request<Empty<Bytes>>) -> Option<Request<Empty<Bytes>>> {
    (request.method() == Method::HEAD).then(|| {
        let mut twin = request.clone();
        *twin.method_mut() = Method::GET;
        twin
    })
}

/// Puts the body that an answer to HEAD is about into it, if GET gets the very same answer otherwise.
///
/// # Panics
/// If there was a body.
pub(super) fn with_body_of_twin(mut head: Got, mut get: Got) -> Got {
    assert!(head.body.is_empty(), "HEAD with a body: {head:?}");
    for got in [&mut head, &mut get] {
        got.headers.remove("date");
    }
    if (head.status, &head.headers) == (get.status, &get.headers) {
        head.body = get.body;
    }
    head
}

/// Header values are Latin-1 or UTF-8; the recorded ones that are not ASCII are UTF-8.
fn text(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Asks a service; for HEAD also with GET.
pub(super) async fn ask(service: &mut SiteService<OracleWorker>, request: Request<Empty<Bytes>>) -> Got {
    let twin = twin_of_head(&request);
    let Ok(response) = service.call(request).await;
    let got = whole(response).await;
    let Some(twin) = twin else { return got };
    let Ok(response) = service.call(twin).await;
    with_body_of_twin(got, whole(response).await)
}

/// Reads a response to its end, and checks that it is as long as it says.
///
/// # Panics
/// If it is not, or fails.
pub(super) async fn whole<B: http_body::Body<Data = Bytes>>(response: Response<B>) -> Got
where
    B::Error: std::fmt::Debug,
{
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("the body comes to its end").to_bytes();
    let stated =
        parts.headers.get("content-length").map(|len| len.to_str().unwrap().parse::<usize>().unwrap());
    if let Some(stated) = stated
        && !body.is_empty()
    {
        assert_eq!(stated, body.len(), "{parts:?}");
    }
    Got { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// The Worker of the recordings: it passes requests with a certain header on to its assets binding, and says who answered.
#[derive(Debug, Clone)]
pub(super) struct OracleWorker {
    assets: SiteService,
}

/// A site with that Worker.
pub(super) fn with_worker(service: SiteService) -> SiteService<OracleWorker> {
    let worker = OracleWorker { assets: service.assets() };
    service.with_fallback(worker)
}

impl<B: Send + 'static> Service<Request<B>> for OracleWorker {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let asks_assets = request.headers().get("x-oracle-mode").is_some_and(|mode| mode == "assets");
        if !asks_assets {
            let response =
                Response::builder().header("x-oracle-by", "W").header("content-type", "text/plain");
            let response = response.body(Body::empty()).unwrap();
            return Box::pin(async { Ok(response) });
        }
        let answer = self.assets.call(request);
        Box::pin(async {
            let mut response = answer.await?;
            response.headers_mut().insert("x-oracle-by", "W+A".parse().unwrap());
            Ok(response)
        })
    }
}
