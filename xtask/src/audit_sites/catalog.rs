//! Which sites there are, where they come from, and with which settings they are audited.

/// A site and the settings with which it is audited.
#[derive(Debug)]
pub(super) struct Site {
    /// Name, also of its folder.
    pub(super) name: &'static str,
    /// What it is, for the table.
    pub(super) title: &'static str,
    pub(super) source: Source,
    /// Settings for `trailmark audit` and `trailmark serve`.
    pub(super) settings: &'static [&'static str],
    pub(super) group: Group,
}

/// What its findings show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A site as it is.
    Real,
    /// A real site with settings that do not fit it, as happens when a host is changed.
    Misfit,
    /// A real build of pages whose mistakes were made on purpose.
    Planted,
}

/// Where a site comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// A Debian package, unpacked; the site is this folder of it.
    Debian { package: &'static str, folder: &'static str },
    /// A project of `tests/audit-sites` (or another folder of the repository), built.
    Project {
        project: &'static str,
        content: Option<Content>,
        tool: Tool,
        build: &'static [&'static str],
        variables: &'static [(&'static str, &'static str)],
        /// The folder that the build makes.
        out: &'static str,
    },
    /// The files of another site.
    As(&'static str),
}

/// What installs and starts a project's generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Npm,
    Pip,
}

/// Real Markdown: the documentation that an npm package carries.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) package: &'static str,
    pub(super) docs: &'static str,
    /// Folders of it that are left out, to keep the site small.
    pub(super) without: &'static [&'static str],
    /// Where in the project it goes.
    pub(super) to: &'static str,
}

const NEXT: Content =
    Content { package: "next@16.4.6", docs: "dist/docs", without: &[], to: "src/content/docs/docs" };
const BUN: Content =
    Content { package: "bun-types@1.4.5", docs: "docs", without: &["lint/rules", "snippets"], to: "docs" };
const BUN_BELOW: Content = Content { to: "docs/docs", ..BUN };

const fn debian(
    name: &'static str,
    title: &'static str,
    package: &'static str,
    folder: &'static str,
) -> Site {
    Site { name, title, source: Source::Debian { package, folder }, settings: &[], group: Group::Real }
}

const fn project(name: &'static str, title: &'static str, source: Source) -> Site {
    Site { name, title, source, settings: &[], group: Group::Real }
}

const fn misfit(
    name: &'static str,
    title: &'static str,
    like: &'static str,
    settings: &'static [&'static str],
) -> Site {
    Site { name, title, source: Source::As(like), settings, group: Group::Misfit }
}

const fn docusaurus(variables: &'static [(&'static str, &'static str)]) -> Source {
    Source::Project {
        project: "tests/audit-sites/docusaurus",
        content: Some(BUN),
        tool: Tool::Npm,
        build: &["docusaurus", "build"],
        variables,
        out: "build",
    }
}

const fn mkdocs(variables: &'static [(&'static str, &'static str)]) -> Source {
    Source::Project {
        project: "tests/audit-sites/mkdocs",
        content: Some(BUN_BELOW),
        tool: Tool::Pip,
        build: &["mkdocs", "build", "--quiet"],
        variables,
        out: "site",
    }
}

/// All sites.
pub(super) const SITES: &[Site] = &[
    debian("rust-docs", "Rust (rustdoc, mdBook)", "rust-web-doc", "usr/share/doc/rust-web-doc/html"),
    debian(
        "cppreference",
        "cppreference (MediaWiki)",
        "cppreference-doc-en-html",
        "usr/share/cppreference/doc/html",
    ),
    debian("openjdk", "OpenJDK 17 (javadoc)", "openjdk-17-doc", "usr/share/doc/openjdk-17-jre-headless"),
    debian("gtk4", "GTK 4 (gi-docgen)", "libgtk-4-doc", "usr/share/doc/libgtk-4-doc"),
    debian(
        "libstdcxx",
        "libstdc++ (Doxygen, DocBook)",
        "libstdc++-12-doc",
        "usr/share/doc/gcc-12-base/libstdc++",
    ),
    debian(
        "boost",
        "Boost 1.81 (BoostBook and others)",
        "libboost1.81-doc",
        "usr/share/doc/libboost1.81-doc",
    ),
    debian(
        "debian-handbook",
        "Debian Handbook (Publican, 26 languages)",
        "debian-handbook",
        "usr/share/doc/debian-handbook/html",
    ),
    debian("linux", "Linux 6.1 (Sphinx)", "linux-doc-6.1", "usr/share/doc/linux-doc-6.1/html"),
    debian("python3", "Python 3.11 (Sphinx)", "python3.11-doc", "usr/share/doc/python3.11/html"),
    project(
        "starlight",
        "Astro Starlight, Next.js' documentation, 3 languages",
        Source::Project {
            project: "tests/audit-sites/starlight",
            content: Some(NEXT),
            tool: Tool::Npm,
            build: &["astro", "build"],
            variables: &[("ASTRO_TELEMETRY_DISABLED", "1")],
            out: "dist",
        },
    ),
    project("docusaurus-undefined", "Docusaurus, Bun's documentation, 2 languages, blog", docusaurus(&[])),
    project("docusaurus-true", "the same, `trailingSlash: true`", docusaurus(&[("TRAILING_SLASH", "true")])),
    project(
        "docusaurus-false",
        "the same, `trailingSlash: false`",
        docusaurus(&[("TRAILING_SLASH", "false")]),
    ),
    project("mkdocs-true", "MkDocs Material, Bun's documentation", mkdocs(&[])),
    project("mkdocs-false", "the same, `use_directory_urls: false`", mkdocs(&[("DIRECTORY_URLS", "false")])),
    project(
        "gatsby",
        "Gatsby, the small fixture of our tests",
        Source::Project {
            project: "integrations/tests/fixtures/gatsby",
            content: None,
            tool: Tool::Npm,
            build: &["gatsby", "build"],
            variables: &[("GATSBY_TELEMETRY_DISABLED", "1")],
            out: "public",
        },
    ),
    misfit(
        "docusaurus-base",
        "Docusaurus built for `/`, mounted below `/handbook`",
        "docusaurus-true",
        &["--base", "/handbook"],
    ),
    misfit(
        "docusaurus-drop",
        "Docusaurus with `trailingSlash: true`, host drops slashes",
        "docusaurus-true",
        &["--html-handling", "drop-trailing-slash"],
    ),
    misfit("mkdocs-none", "MkDocs, host rewrites nothing", "mkdocs-true", &["--html-handling", "none"]),
    misfit(
        "python3-spa",
        "Python 3.11 as a single-page application",
        "python3",
        &["--not-found-handling", "single-page-application"],
    ),
    misfit(
        "python3-force",
        "Python 3.11, host adds slashes",
        "python3",
        &["--html-handling", "force-trailing-slash"],
    ),
    Site {
        name: "planted",
        title: "Astro, two languages, mistakes made on purpose",
        source: Source::Project {
            project: "tests/audit-sites/planted",
            content: None,
            tool: Tool::Npm,
            build: &["astro", "build"],
            variables: &[("ASTRO_TELEMETRY_DISABLED", "1")],
            out: "dist",
        },
        settings: &[],
        group: Group::Planted,
    },
];

/// The sites that a crawler walks through.
pub(super) const CRAWLED: [&str; 3] = ["docusaurus-undefined", "mkdocs-true", "linux"];
/// The sites that are measured.
pub(super) const MEASURED: [&str; 3] = ["rust-docs", "cppreference", "starlight"];
