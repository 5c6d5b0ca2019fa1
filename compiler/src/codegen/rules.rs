//! The small tables: rules of `_redirects`, `_headers` and the router.

use trailmark::tables::{Contents, RouterKind};

use super::text::{Text, quoted};

pub(super) fn write(text: &mut Text, contents: &Contents<'_>) {
    redirects(text, contents);
    headers(text, contents);
    let [excludes, includes] = &contents.router_rules;
    let rule = |(text, kind): &(&str, RouterKind)| format!("({}, RouterKind::{kind:?})", quoted(text));
    let of = "(&str, RouterKind)";
    text.table("Rules of the router that exclude.", "ROUTER_EXCLUDES", of, excludes.iter(), rule);
    text.table("Rules of the router that include.", "ROUTER_INCLUDES", of, includes.iter(), rule);
}

fn redirects(text: &mut Text, contents: &Contents<'_>) {
    let rules = contents.redirects.iter();
    text.table("The rules of _redirects.", "REDIRECTS", "RedirectRow", rules, |(rule, kind, collapses, texts)| {
        let [from, path, search, hash, host, url] = texts.map(quoted);
        let (line, status) = (rule.line, rule.status);
        format!(
            "RedirectRow {{ line: {line}, status: {status}, kind: RedirectKind::{kind:?}, from: {from}, path: {path}, \
             search: {search}, hash: {hash}, host: {host}, url: {url}, collapses: {collapses} }}"
        )
    });
    let raw = contents.raw_redirects.iter();
    let docs = "Redirects from paths that are not spelled canonically, with the index of the rule.";
    text.table(docs, "RAW_REDIRECTS", "(&str, u16)", raw, |(path, rule)| {
        format!("({}, {rule})", quoted(path))
    });
    let docs = "Dynamic redirects by the first segment of the paths that they can match: bit i for the i-th.";
    segments(text, docs, "REDIRECT_SEGMENTS", &contents.redirect_dispatch.1);
}

fn headers(text: &mut Text, contents: &Contents<'_>) {
    let rules = contents.header_rules.iter();
    text.table("The rules of _headers.", "HEADER_RULES", "HeaderRuleRow", rules, |rule| {
        let (line, path) = (rule.line, quoted(rule.path));
        let removals: Vec<_> = rule.removals.iter().map(|name| quoted(name)).collect();
        let sets = rule.sets.iter().map(|(name, value)| format!("({}, {})", quoted(name), quoted(value)));
        let (removals, sets) = (removals.join(", "), sets.collect::<Vec<_>>().join(", "));
        let [names_host, substitutes, is_broken, is_never] = rule.flags;
        format!(
            "HeaderRuleRow {{ line: {line}, path: {path}, removals: &[{removals}], sets: &[{sets}], names_host: {names_host}, \
             substitutes: {substitutes}, is_broken: {is_broken}, is_never: {is_never} }}"
        )
    });
    let sets = contents.header_sets.iter();
    text.table("Sets of header rules: bit i for rule i.", "HEADER_SETS", "u128", sets, |set| {
        format!("{set:#x}")
    });
    let docs = "Header rules by the first segment of the paths that they can match: bit i for rule i.";
    segments(text, docs, "HEADER_SEGMENTS", &contents.header_dispatch.1);
}

fn segments(text: &mut Text, docs: &str, name: &str, segments: &[(&str, u128)]) {
    text.table(docs, name, "(&str, u128)", segments.iter(), |(segment, mask)| {
        format!("({}, {mask:#x})", quoted(segment))
    });
}
