//! A folder of sites, one for each host name. Sites are opened when first asked for; those that nobody asked for lately are closed
//! when there are too many; those whose manifest was replaced are swapped.
//!
//! Given: a host name, as [`crate::host`] leaves it. Gives: the site. No file is looked at whose name is not made of such a name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::edge::Edge;
use crate::error::OpenSiteError;
use crate::live::{LiveSite, chain};
use crate::site_folder::{ManifestStamp, SiteFolder};

/// How many sites are kept open, and what answers for hosts that have none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SitesOptions {
    /// The most sites that are open at once; 16 at least. Each takes a file descriptor. Default 512.
    pub max_open: u64,
    /// What the manifests of open sites may take together, bytes, where one counts for a sixteenth at most, so that large ones are kept,
    /// too. Default 512 MiB.
    pub manifest_budget: u64,
    /// How long a site is served before its manifest's file is looked at again; if it was replaced, the new version becomes live.
    /// Also how long it takes until a new site is found, after somebody asked in vain. Default 2 s.
    pub recheck: Duration,
    /// The name of the site that answers for hosts that have none. Default: none, so they get 404.
    pub default_site: Option<String>,
}

impl Default for SitesOptions {
    fn default() -> Self {
        SitesOptions {
            max_open: 512,
            manifest_budget: 512 << 20,
            recheck: Duration::from_secs(2),
            default_site: None,
        }
    }
}

/// A folder of sites. Clones are the same.
#[derive(Debug, Clone)]
pub struct Sites {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    edge: Edge,
    folder: SiteFolder,
    options: SitesOptions,
    started: Instant,
    /// Open sites by the name of their files.
    open: Cache<Arc<str>, Arc<OpenSite>, ByManifest>,
    /// Host to site, and when that was found out; hosts without a site too.
    hosts: Cache<Box<str>, (Option<Arc<str>>, u64)>,
    /// The scopes of all sites that were ever open, so that one that is opened again finds its bodies in memory.
    scopes: Mutex<HashMap<Box<str>, u64>>,
}

/// So many sites are kept open in any case: with fewer, those that are asked for in turns would be opened each time.
const MIN_OPEN: u64 = 16;

/// Hosts whose site is remembered.
const MAX_HOSTS: usize = 1 << 16;

#[derive(Debug)]
struct OpenSite {
    live: LiveSite,
    stamp: Mutex<ManifestStamp>,
    /// When the manifest's file was last looked at, milliseconds since the start.
    checked: AtomicU64,
}

/// A site weighs what its manifest takes; but at least its share of the number of sites, and never so much that it would not be kept.
#[derive(Debug, Clone)]
struct ByManifest {
    least: u64,
    most: u64,
}

impl Weighter<Arc<str>, Arc<OpenSite>> for ByManifest {
    fn weight(&self, _: &Arc<str>, site: &Arc<OpenSite>) -> u64 {
        let len = site.live.current().manifest().len() as u64;
        len.min(self.most).max(self.least)
    }
}

/// Room for open sites: shards, each with its share of the budget.
fn room_for_sites(options: &SitesOptions) -> Cache<Arc<str>, Arc<OpenSite>, ByManifest> {
    let max_open = options.max_open.max(MIN_OPEN);
    let budget = options.manifest_budget.max(max_open);
    let by_manifest = ByManifest { least: budget / max_open, most: budget / MIN_OPEN };
    let items = usize::try_from(max_open).unwrap_or(usize::MAX).min(1 << 20);
    let shards = if items < 256 { 1 } else { 8 };
    let settings =
        OptionsBuilder::new().shards(shards).estimated_items_capacity(items).weight_capacity(budget).build();
    match settings {
        Ok(settings) => {
            let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
            Cache::with_options(settings, by_manifest, hasher, lifecycle)
        }
        Err(_) => Cache::with_weighter(items, budget, by_manifest),
    }
}

impl Sites {
    /// The sites in a folder, of which none is opened yet.
    pub fn new(edge: &Edge, folder: impl AsRef<Path>, options: SitesOptions) -> Self {
        let shared = Shared {
            edge: edge.clone(),
            folder: SiteFolder::new(folder.as_ref().to_owned()),
            started: Instant::now(),
            open: room_for_sites(&options),
            hosts: Cache::new(MAX_HOSTS),
            scopes: Mutex::default(),
            options,
        };
        Sites { shared: Arc::new(shared) }
    }

    /// What the sites share with others.
    pub fn edge(&self) -> &Edge {
        &self.shared.edge
    }

    /// The number of sites that are open.
    pub fn open_count(&self) -> usize {
        self.shared.open.len()
    }

    /// The site for a host, if it is open and was looked at lately. Touches no disk.
    pub(crate) fn at_hand(&self, host: &str) -> Option<LiveSite> {
        let shared = &self.shared;
        let now = shared.now();
        let (name, since) = shared.hosts.get(host)?;
        if shared.is_old(since, now) {
            return None;
        }
        let site = shared.open.get(&name?)?;
        let checked = site.checked.load(Ordering::Relaxed);
        (!shared.is_old(checked, now)).then(|| site.live.clone())
    }

    /// The site for a host: `None` if there is none. Opens it, if need be, and swaps it if its manifest was replaced. Needs a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`OpenSiteError`] if the host has a site that can't be opened.
    pub async fn find(&self, host: &str) -> Result<Option<LiveSite>, OpenSiteError> {
        let Some(name) = self.name_of(host).await? else { return Ok(None) };
        let shared = &self.shared;
        let site = match shared.open.get_value_or_guard_async(&name).await {
            Ok(site) => site,
            Err(guard) => {
                let (this, at) = (Arc::clone(shared), Arc::clone(&name));
                let site = blocking(move || this.open_site(&at)).await?;
                let _ = guard.insert(Arc::clone(&site));
                return Ok(Some(site.live.clone()));
            }
        };
        let (now, checked) = (shared.now(), site.checked.load(Ordering::Relaxed));
        let claim =
            || site.checked.compare_exchange(checked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if shared.is_old(checked, now) && claim() {
            let (this, at, looked_at) = (Arc::clone(shared), Arc::clone(&name), Arc::clone(&site));
            if let Err(error) = blocking(move || this.look_again(&at, &looked_at)).await {
                tracing::error!(site = &*name, error = chain(&error), "can't look for a new version");
            }
        }
        Ok(Some(site.live.clone()))
    }

    /// The name of the site for a host, remembered for a while.
    async fn name_of(&self, host: &str) -> Result<Option<Arc<str>>, OpenSiteError> {
        let shared = &self.shared;
        let now = shared.now();
        let known = shared.hosts.get(host);
        if let Some((name, since)) = &known
            && !shared.is_old(*since, now)
        {
            return Ok(name.clone());
        }
        let (this, asked) = (Arc::clone(shared), host.to_owned());
        let name = blocking(move || {
            let default = this.options.default_site.as_deref();
            Ok(this.folder.name_for(&asked, default)?.map(Arc::from))
        });
        let name = match (name.await, known) {
            (Ok(name), _) => name,
            // A disk that fails for a moment does not take a site away.
            (Err(error), Some((Some(name), _))) => {
                tracing::error!(host, error = chain(&error), "can't look for the site again");
                Some(name)
            }
            (Err(error), _) => return Err(error),
        };
        shared.hosts.insert(host.into(), (name.clone(), now));
        Ok(name)
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_old(&self, since: u64, now: u64) -> bool {
        u128::from(now.saturating_sub(since)) >= self.options.recheck.as_millis()
    }

    fn open_site(&self, name: &str) -> Result<Arc<OpenSite>, OpenSiteError> {
        let checked = AtomicU64::new(self.now());
        let (stamp, site) = self.folder.open(name)?;
        self.edge.counters().sites_opened.add_one();
        let live = LiveSite::in_scope(&self.edge, site, self.scope_of(name));
        Ok(Arc::new(OpenSite { live, stamp: stamp.into(), checked }))
    }

    fn scope_of(&self, name: &str) -> u64 {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        match scopes.get(name) {
            Some(scope) => *scope,
            None => *scopes.entry(name.into()).or_insert(self.edge.new_scope()),
        }
    }

    /// Swaps a site whose manifest was replaced. If the new one is bad, the old one stays, and the new one is not tried again until it
    /// is replaced, too.
    fn look_again(&self, name: &Arc<str>, site: &Arc<OpenSite>) -> Result<(), OpenSiteError> {
        let now = self.folder.stamp(name)?;
        {
            let Ok(mut known) = site.stamp.lock() else { return Ok(()) };
            if *known == now {
                return Ok(());
            }
            *known = now;
        }
        if site.live.swap_or_keep(self.folder.open(name).map(|(_, next)| next)).is_ok() {
            // It weighs something else now.
            self.open.insert(Arc::clone(name), Arc::clone(site));
        }
        Ok(())
    }
}

/// Does what waits for the disk where waiting is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OpenSiteError> + Send + 'static,
) -> Result<T, OpenSiteError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!(error = chain(&error), "a task that opens a site did not end");
            Err(OpenSiteError::Folder { path: PathBuf::new(), source: error.into() })
        }
    }
}
