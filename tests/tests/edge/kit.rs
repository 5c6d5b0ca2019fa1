//! Sites on disk for these tests, and how they are asked.

use std::fs;
use std::path::{Path, PathBuf};

use super::recorded::{Got, whole};
use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use tempfile::TempDir;
use tower_service::Service;
use trailmark_compiler::{CompileOptions, compile};
use trailmark_edge::{Edge, EdgeOptions, LiveSite, Semantics, Site, SiteService};

/// A folder, its manifest beside it, and a service.
pub(super) struct Kit {
    pub(super) folder: TempDir,
    pub(super) edge: Edge,
    pub(super) live: LiveSite,
}

/// Writes files, and folders for them.
pub(super) fn write(root: &Path, files: &[(&str, &[u8])]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Compiles a folder into a file.
pub(super) fn compile_to(dist: &Path, manifest: &Path) {
    let compiled = compile(dist, &CompileOptions::default(), &()).unwrap();
    let new = manifest.with_extension("new");
    fs::write(&new, compiled.bytes).unwrap();
    fs::rename(new, manifest).unwrap();
}

/// Options with these semantics, and files of up to 64 KiB kept.
pub(super) fn options(semantics: Semantics) -> EdgeOptions {
    let mut options = EdgeOptions::default();
    options.semantics = semantics;
    options.largest_kept = 64 << 10;
    options
}

impl Kit {
    pub(super) fn new(semantics: Semantics, files: &[(&str, &[u8])]) -> Kit {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("dist"), files);
        compile_to(&folder.path().join("dist"), &folder.path().join("m.trailmark"));
        let edge = Edge::new(options(semantics));
        let site = Site::open(folder.path().join("m.trailmark"), folder.path().join("dist")).unwrap();
        let live = LiveSite::new(&edge, site);
        Kit { folder, edge, live }
    }

    pub(super) fn dist(&self) -> PathBuf {
        self.folder.path().join("dist")
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.folder.path().join("m.trailmark")
    }

    pub(super) async fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Got {
        ask(&mut SiteService::new(self.live.clone()), method, target, headers).await
    }

    pub(super) async fn get(&self, target: &str) -> Got {
        self.ask("GET", target, &[]).await
    }
}

/// A request without a body.
pub(super) fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Request<Empty<Bytes>> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Empty::new()).unwrap()
}

/// Asks any service of this crate.
pub(super) async fn ask<S>(service: &mut S, method: &str, target: &str, headers: &[(&str, &str)]) -> Got
where
    S: Service<
            Request<Empty<Bytes>>,
            Response = http::Response<trailmark_edge::Body>,
            Error = std::convert::Infallible,
        >,
{
    let Ok(response) = service.call(request(method, target, headers)).await;
    whole(response).await
}

/// A header as text; empty if it is not there.
pub(super) fn header<'g>(got: &'g Got, name: &str) -> &'g str {
    got.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Bytes that repeat nowhere soon.
pub(super) fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..len).map(|_| next()).collect()
}
