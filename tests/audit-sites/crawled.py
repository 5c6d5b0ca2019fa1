#!/usr/bin/env python3
"""Holds what linkchecker saw while it crawled a served site against what the audit says.

    crawled.py --crawl crawl.csv --audit report.json --url http://127.0.0.1:8000

One JSON object comes out: for dead targets and for those that redirect how many both name, and each that only one of them names, with the page
where linkchecker met it or the place and kinds that the audit gives; of those that only the audit names, the ones on pages that the crawler never
came to are counted. Targets are compared as paths, percent signs decoded.
"""

import argparse
import csv
import json
from urllib.parse import unquote, urljoin, urlsplit

DEAD = ("not-found", "case-differs", "relative-slash", "relative-in-not-found-page", "canonical-not-found", "sitemap-not-found")
MOVED = ("redirect", "redirect-chain", "canonical-redirects", "sitemap-redirects")


def crawled(file, origin):
    """{path: page} of dead links and of redirects, the URLs of the site that were asked, and the pages that links were found on."""
    dead, moved, asked, read = {}, {}, set(), set()
    with open(file, newline="", encoding="utf-8") as opened:
        rows = csv.reader((line for line in opened if not line.startswith("#")), delimiter=";")
        columns = next(rows)
        at = {name: columns.index(name) for name in ("urlname", "parentname", "result", "warningstring", "infostring", "url")}
        for row in rows:
            if len(row) < len(columns):
                continue
            # `url` is where it ended; what was asked for is `urlname`, from the page `parentname`.
            ended, result = row[at["url"]], row[at["result"]]
            redirected = "Redirected to" in row[at["infostring"]] + row[at["warningstring"]]
            if not ended.startswith(origin):
                continue
            asked.add(ended.split("#")[0])
            read.add(unquote(urlsplit(row[at["parentname"]]).path))
            start = absolute(row[at["parentname"]], row[at["urlname"]]) if row[at["parentname"]] else ended
            path = unquote(urlsplit(start).path) or "/"
            if result.startswith("404"):
                dead.setdefault(path, row[at["parentname"]])
            elif redirected:
                moved.setdefault(path, row[at["parentname"]])
    return dead, moved, asked, read


def was_read(place, read):
    """Whether the crawler found links on the page of a file, under any of its URLs."""
    stem = (place.get("file") or "").removesuffix("index.html").removesuffix(".html")
    return any(form in read for form in (stem, stem.rstrip("/"), stem + "/", stem + ".html", stem + "index.html"))


def absolute(parent, link):
    return urljoin(parent, link.strip())


def told(report, rules):
    found = {}
    for group in report["groups"]:
        if group["rule"] in rules:
            for finding in group["findings"]:
                place = (finding.get("places") or [{}])[0]
                found.setdefault(unquote(finding["target"]), (finding.get("places") or [{}], f"{group['rule']} ({', '.join(finding['kinds'])}) in {place.get('file')}: {place.get('link')}"))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crawl", required=True)
    parser.add_argument("--audit", required=True)
    parser.add_argument("--url", required=True)
    arguments = parser.parse_args()
    with open(arguments.audit) as opened:
        report = json.load(opened)
    dead, moved, asked, read = crawled(arguments.crawl, arguments.url.rstrip("/"))
    result = {"asked": len(asked)}
    for name, seen, rules in (("dead", dead, DEAD), ("moved", moved, MOVED)):
        ours = told(report, rules)
        result[name] = {
            "both": len(seen.keys() & ours.keys()),
            "crawl_only": [[path, seen[path]] for path in sorted(seen.keys() - ours.keys())],
            "audit_only": [[path, ours[path][1]] for path in sorted(ours.keys() - seen.keys()) if any(was_read(place, read) for place in ours[path][0])],
            "unreached": sum(not any(was_read(place, read) for place in ours[path][0]) for path in ours.keys() - seen.keys()),
        }
    print(json.dumps(result))


main()
