#!/usr/bin/env python3
"""Puts findings of `trailmark audit` to a server, and says which are false.

    check.py --audit report.json --dist DIST --url http://127.0.0.1:8000 [--each 10] [--pages 40] [--seed 1]

Shares no code with the audit: files are read by Python's HTML parser, links are resolved by `urllib.parse.urljoin` from the URL at which the
page is served, requests go over HTTP, redirects are followed one by one. Of each rule, findings are drawn at random. A line of JSON comes out
for each finding: rule, target, what was asked, what was seen, and whether the finding is `true`, `false` or (a rule that this does not know)
`unknown`. With `--pages`, every link of that many pages is put to the server too, and what is wrong there without the audit's saying so is `missed`.
"""

import argparse
import html
import http.client
import json
import os
import random
import re
from html.parser import HTMLParser
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

SAFE = "/:?#[]@!$&'()*+,;=%~-._\\|^`{}\"<> "


def join(base, link):
    """`urljoin`, but empty segments are kept, as browsers keep them."""
    parts = urlsplit(link)
    if "//" not in parts.path or parts.scheme or parts.netloc:
        return urljoin(base, link)
    root = urlsplit(base)
    path = parts.path if parts.path.startswith("/") else root.path.rsplit("/", 1)[0] + "/" + parts.path
    kept = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if path.rsplit("/", 1)[1] in (".", ".."):
        kept.append("")
    behind = link[len(parts.path):]
    return f"{root.scheme}://{root.netloc}/{'/'.join(kept)}{behind}"


class Page(HTMLParser):
    """Attribute values, ids and <base> of a page. What is inside <noscript> counts."""

    # Whose content is text, as HTML has it; Python knows the first two only.
    CDATA_CONTENT_ELEMENTS = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.values, self.names, self.base, self.links = [], set(), None, []
        self.in_svg = 0
        self.feed(text)
        self.close()

    def set_cdata_mode(self, tag, **options):
        if not self.in_svg:
            super().set_cdata_mode(tag, **options)

    def handle_endtag(self, tag):
        if tag == "svg":
            self.in_svg = max(0, self.in_svg - 1)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_starttag(self, tag, attributes):
        self.in_svg += tag == "svg"
        found = {name: value or "" for name, value in attributes}
        self.values += [(tag, name, value or "") for name, value in attributes]
        if found.get("id"):
            self.names.add(found["id"])
        if tag in ("a", "area") and found.get("name"):
            self.names.add(found["name"])
        if tag == "base" and self.base is None and "href" in found:
            self.base = found["href"]
        if tag == "link":
            self.links.append(found)


class Site:
    def __init__(self, url, dist, hosts, base):
        self.origin, self.dist, self.hosts, self.base = url.rstrip("/"), dist, hosts, base
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        self.answers, self.pages, self.served_at, self.served = {}, {}, {}, {}

    def get(self, path):
        """(status, location, body) of one request."""
        if path not in self.answers:
            self.connection.request("GET", path, headers={"Accept": "*/*"})
            answer = self.connection.getresponse()
            body = answer.read()
            self.answers[path] = (answer.status, answer.getheader("Location"), body, answer.getheader("Content-Type") or "")
        return self.answers[path]

    def inside(self, url):
        """The path and query of an absolute URL, if it is the site's own; else None."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" == self.origin or parts.netloc.lower() in self.hosts:
            path = quote((parts.path or "/").encode("utf-8", "surrogateescape"), safe=SAFE.replace(" ", "").replace('"', "").replace("<", "").replace(">", ""))
            return path + (f"?{quote(parts.query, safe=SAFE.replace(' ', ''))}" if parts.query else "")
        return None

    def follow(self, path):
        """[(path, status)], last answer first to be looked at at the end. Stops at 20 redirects or at another host."""
        seen = []
        while True:
            status, location, _, _ = self.get(path)
            seen.append((path, status))
            if not (300 <= status < 400 and location):
                return seen, None
            url = urljoin(self.origin + path, location)
            inside = self.inside(url.split("#")[0])
            if inside is None:
                return seen, url
            if len(seen) > 20:
                return seen, "loop"
            path = inside

    def url_of(self, file):
        """Where a file is served: what a request for its own path ends at."""
        if file not in self.served_at:
            path = self.base + quote(file.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=:@~-._")
            seen, _ = self.follow(path)
            self.served_at[file] = seen[-1][0]
        return self.served_at[file]

    def text(self, file):
        with open(self.dist + file, "rb") as opened:
            return opened.read()

    def page(self, file):
        if file not in self.pages:
            self.pages[file] = Page(self.text(file).decode("utf-8", "replace"))
        return self.pages[file]

    def served_page(self, path):
        _, _, body, _ = self.get(path)
        return Page(body.decode("utf-8", "replace"))


def stripped(link):
    return re.sub(r"[\t\n\r]", "", html.unescape(link).strip(" \t\n\r\f\x00"))


def resolve(site, place, link):
    """The absolute URL of a link in a file, as a browser resolves it."""
    file = place["file"]
    served = site.origin + site.url_of(file)
    link = stripped(link).replace("\\", "/") if not re.match(r"[a-z]+:", link) else stripped(link)
    if file.endswith((".html", ".htm", ".xhtml")):
        base = site.page(file).base
        if base is not None:
            served = urljoin(served, stripped(base))
    return join(served, link)


def is_written(site, place):
    """Whether the link stands where the finding says: line and column, and as the value of an attribute (or in its srcset, or in other text)."""
    lines = site.text(place["file"]).decode("utf-8", "replace").split("\n")
    line = lines[place["line"] - 1]
    rest = "\n".join([line[place["column"] - 1:]] + lines[place["line"]:place["line"] + 3])
    return rest.lstrip().startswith(place["link"])


def names(page, fragment):
    raw = fragment
    decoded = unquote_to_bytes(fragment).decode("utf-8", "replace")
    return raw in page.names or decoded in page.names or decoded.lower() == "top" or decoded == ""


def check(site, rule, finding):
    place = (finding.get("places") or [{}])[0]
    link = place.get("link")
    if link is not None and not is_written(site, place):
        return "false", "the link is not written there"
    if rule in ("orphan-page",):
        return orphan(site, finding)
    if rule == "canonical-missing":
        page = site.page(place["file"])
        found = [one for one in page.links if "canonical" in one.get("rel", "").lower().split()]
        return ("true" if not found else "false"), f"{len(found)} canonical"
    if rule == "canonical-duplicate":
        page = site.page(place["file"])
        found = {one.get("href") for one in page.links if "canonical" in one.get("rel", "").lower().split()}
        return ("true" if len(found) > 1 else "false"), f"{found}"
    if rule == "mixed-forms":
        return mixed(site, finding)
    if link is None:
        return "unknown", "no link"
    url = resolve(site, place, link)
    target, _, fragment = url.partition("#")
    path = site.inside(target)
    if path is None:
        return "false", f"{url} is not the site's own"
    seen, away = site.follow(path)
    statuses = [status for _, status in seen]
    last_path, last = seen[-1]
    told = " -> ".join(f"{path} {status}" for path, status in seen) + (f" -> {away}" if away else "")
    hops = len(seen) - (0 if away else 1)
    say = lambda yes: ("true" if yes else "false", told)
    kind = site.get(last_path)[3]
    if rule in ("not-found", "canonical-not-found", "sitemap-not-found"):
        return say(last == 404)
    if rule == "case-differs":
        return say(last == 404 and exists_otherwise(site, last_path) and site.get(finding["fix"])[0] == 200)
    if rule in ("redirect", "canonical-redirects", "sitemap-redirects"):
        right = hops >= 1 if rule != "redirect" else hops == 1
        return say(right and last == 200 and away is None and site.inside(site.origin + finding["fix"].split("#")[0]) == last_path)
    if rule == "redirect-chain":
        return say(hops > 1 and last == 200)
    if rule == "redirect-loop":
        return say(away == "loop")
    if rule == "redirect-away":
        return say(away not in (None, "loop"))
    if rule == "missing-fragment":
        page = site.served_page(last_path)
        yes = last == 200 and not names(page, fragment)
        return ("true" if yes else "false"), f"{told}, #{fragment} among {len(page.names)} names"
    if rule == "relative-slash":
        served = site.url_of(place["file"])
        other = served[:-1] if served.endswith("/") else served + "/"
        would = site.inside(urljoin(site.origin + other, stripped(link)).split("#")[0])
        there, _ = site.follow(would)
        return ("true" if last == 404 and there[-1][1] == 200 else "false"), f"{told}; from {other}: {there[-1]}"
    if rule == "relative-in-not-found-page":
        ends = []
        for missing in (f"{site.base}/no-such-page", f"{site.base}/no/such/page/"):
            status, _, body, _ = site.get(missing)
            ends.append(urljoin(site.origin + missing, stripped(link)))
            if place["link"] not in body.decode("utf-8", "replace"):
                return "false", f"{missing} is not answered with this page ({status})"
        return ("true" if ends[0] != ends[1] else "false"), " and ".join(ends)
    if rule == "fallback-for-file":
        return say(last == 200 and kind.startswith("text/html") and not os.path.exists(site.dist + unquote_to_bytes(path.split("?")[0]).decode("utf-8", "replace")))
    if rule == "outside-base":
        there, _ = site.follow(finding["fix"])
        return ("true" if last == 404 and there[-1][1] == 200 else "false"), f"{told}; with base {there[-1]}"
    if rule == "server-error":
        return say(last >= 500)
    if rule == "canonical-elsewhere":
        served = site.url_of(place["file"])
        return say(last == 200 and last_path != served)
    if rule == "sitemap-not-canonical":
        page = site.served_page(last_path)
        found = [one.get("href") for one in page.links if one.get("rel", "").lower() == "canonical"]
        where = site.inside(urljoin(site.origin + last_path, found[0])) if found else None
        return ("true" if where not in (None, last_path) else "false"), f"{told}, canonical {found}"
    if rule == "hreflang-no-return":
        page = site.served_page(last_path)
        back = []
        for one in page.links:
            if "hreflang" in one and "alternate" in one.get("rel", "").lower():
                inside = site.inside(urljoin(site.origin + last_path, one.get("href", "")))
                back.append(site.follow(inside)[0][-1][0] if inside else None)
        return ("true" if last == 200 and site.url_of(place["file"]) not in back else "false"), f"{told}, names {back}"
    return "unknown", told


def exists_otherwise(site, path):
    wanted = path.lower().rstrip("/")
    for folder, _, files in os.walk(site.dist):
        for name in files:
            file = (folder[len(site.dist):] + "/" + name).lower()
            if wanted in (file, file.removesuffix(".html"), file.removesuffix("/index.html")):
                return True
    return False


def all_pages(site):
    if not hasattr(site, "every"):
        site.every = [folder[len(site.dist):] + "/" + name for folder, _, files in os.walk(site.dist) for name in files]
    return site.every


def orphan(site, finding):
    """No <a>, <area>, <frame>, <form> or refresh of any other page leads there, and no sitemap: every page that holds the file's name, or its folder's, is read."""
    file = finding["places"][0]["file"]
    served = site.url_of(file)
    stem = re.sub(r"(/index)?\.html?$", "", file).rsplit("/", 1)[-1]
    needles = {stem.encode(), quote(stem).encode(), html.escape(stem).encode()} if stem else {b"/", b"."}
    relative_home = file.endswith("/index.html")
    for other in all_pages(site):
        if other == file or not other.endswith((".html", ".htm", ".xml", ".txt")):
            continue
        text = site.text(other)
        inside_folder = relative_home and other.startswith(file[: -len("index.html")])
        if not inside_folder and not any(needle in text for needle in needles):
            continue
        if other.endswith((".html", ".htm")):
            for tag, name, value in site.page(other).values:
                if (tag, name) in (("a", "href"), ("area", "href"), ("iframe", "src"), ("frame", "src"), ("form", "action")) or (tag, name) == ("meta", "content"):
                    if tag == "meta":
                        found = re.search(r"url\s*=\s*['\"]?([^'\"]+)", value, re.I)
                        if not found:
                            continue
                        value = found[1]
                    try:
                        path = site.inside(resolve(site, {"file": other}, value).split("#")[0])
                    except ValueError:
                        continue
                    if path is None or path.startswith("//"):
                        continue
                    if path == served or (stem_of(path) == stem_of(served) and site.follow(path)[0][-1][0] == served):
                        return "false", f"{other} has {value}"
    return "true", f"no link in {len(all_pages(site))} files"


def stem_of(path):
    return re.sub(r"(/index)?(\.html?)?/?$", "", path.split("?")[0]).lower()


def mixed(site, finding):
    """The detail names forms and counts; each must end at the same page."""
    forms = re.findall(r"(\S+) \((?:[\d,]+)\)", finding.get("detail") or "")
    ends = {site.follow(site.inside(site.origin + form))[0][-1][0] for form in forms}
    return ("true" if len(forms) > 1 and len(ends) == 1 else "false"), f"{forms} end at {ends}"


LINKS = {("a", "href"), ("area", "href"), ("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("img", "srcset"), ("source", "srcset")}


def links_of(page):
    """(element, link) of all that a reader, or the browser for him, asks for."""
    for tag, name, value in page.values:
        if (tag, name) not in LINKS:
            continue
        if name == "srcset":
            yield from ((tag, part.split()[0]) for part in value.split(",") if part.split())
        else:
            yield tag, value
    for link in page.links:
        if set(link.get("rel", "").lower().split()) & {"stylesheet", "icon"} and link.get("href"):
            yield "link", link["href"]


def missed(site, report, file):
    """What a page's links cost or miss, and the audit does not say: (links inside the site, [problem])."""
    told = {}
    for group in report["groups"]:
        told.setdefault(group["rule"], set()).update(unquoted(finding["target"]) for finding in group["findings"])
    dead = set().union(*(told.get(rule, set()) for rule in ("not-found", "case-differs", "relative-slash", "relative-in-not-found-page", "outside-base")))
    count, problems = 0, []
    page = site.page(file)
    for tag, link in links_of(page):
        try:
            url = resolve(site, {"file": file}, link)
        except ValueError:
            continue
        target, _, fragment = url.partition("#")
        path = site.inside(target)
        if path is None or not url.startswith("http"):
            continue
        if site.base and not path.startswith(site.base + "/") and site.get(site.base + path)[0] == 404:
            # Outside of the site, where other things may be.
            continue
        count += 1
        seen, away = site.follow(path)
        last_path, last = seen[-1]
        plain = unquoted(path.split("?")[0])
        hops = len(seen) - 1
        rule = None
        if last == 404:
            rule, known = "not-found", plain in dead
        elif away is None and hops == 1:
            rule, known = "redirect", plain in told.get("redirect", ())
        elif away is None and hops > 1:
            rule, known = "redirect-chain", plain in told.get("redirect-chain", ())
        if rule and not known:
            problems.append((rule, link, seen))
        if fragment and tag == "a" and last == 200 and site.get(last_path)[3].startswith("text/html") and not fragment.startswith(":~:"):
            if last_path not in site.served:
                site.served[last_path] = site.served_page(last_path)
            is_fallback = last_path != "/" and site.get(last_path)[2] == site.get("/")[2] and status_of_file(site, last_path) is None
            if not is_fallback and not names(site.served[last_path], fragment) and unquoted(f"{last_path}#{fragment}") not in told.get("missing-fragment", ()):
                problems.append(("missing-fragment", link, seen))
    return count, problems


def status_of_file(site, path):
    """Something, if a file of the site is called so."""
    file = site.dist + unquote_to_bytes(path.removeprefix(site.base)).decode("utf-8", "replace")
    return next((True for name in (file, file + ".html", file.rstrip("/") + ".html", file + "/index.html") if os.path.isfile(name)), None)


def unquoted(path):
    return unquote_to_bytes(path.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--audit", required=True)
    parser.add_argument("--dist", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--base", default="")
    parser.add_argument("--each", type=int, default=10, help="findings of each rule")
    parser.add_argument("--pages", type=int, default=0, help="pages all of whose links are put to the server, to see what the audit missed")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with open(arguments.audit) as opened:
        report = json.load(opened)
    site = Site(arguments.url, arguments.dist.rstrip("/"), {host.lower() for host in report["hosts"]}, arguments.base)
    for group in report["groups"]:
        draw = random.Random(f"{arguments.seed} {group['rule']}")
        findings = group["findings"]
        for finding in draw.sample(findings, min(arguments.each, len(findings))):
            try:
                verdict, seen = check(site, group["rule"], finding)
            except Exception as error:  # A finding that can't be judged is to be looked at, and must not hide the others.
                verdict, seen = "unknown", f"{type(error).__name__}: {error}"
            place = (finding.get("places") or [{}])[0]
            where = f"{place.get('file')}:{place.get('line')}:{place.get('column')}"
            print(json.dumps({"rule": group["rule"], "target": finding["target"], "verdict": verdict, "seen": seen, "place": where, "link": place.get("link")}))
    pages = sorted(file for file in all_pages(site) if file.endswith((".html", ".htm")))
    count = 0
    drawn = random.Random(arguments.seed).sample(pages, min(arguments.pages, len(pages)))
    for file in drawn:
        links, problems = missed(site, report, file)
        count += links
        for rule, link, seen in problems:
            print(json.dumps({"rule": rule, "target": link, "verdict": "missed", "seen": seen, "place": file, "link": link}))
    if drawn:
        print(json.dumps({"rule": "links", "target": f"{count}", "verdict": "asked", "seen": f"{count} links of {len(drawn)} pages", "place": "", "link": ""}))


main()
