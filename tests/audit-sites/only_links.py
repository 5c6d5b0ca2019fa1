#!/usr/bin/env python3
"""Whether two folders are equal but for what links say, byte for byte.

    only_links.py OLD NEW

Shares no code with `trailmark fix`: files are taken apart by regular expressions into values of URL attributes (HTML), URLs of JSON-LD, and texts of
<loc> and <link> and values of href (XML); all other bytes must be the same. Comments, and what stands in scripts, styles, titles and text areas, are other bytes. Prints
a line of JSON: `files` that differ, `values` that differ, and `bad`, the files in which anything else does.
"""

import filecmp
import gzip
import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor

REST_OF_TAG = rb"""(?:[^>"']|"[^"]*"|'[^']*')*>"""
RAW = rb"script|style|title|textarea"
TAG = re.compile(
    rb"<!--.*?-->|<(?:" + RAW + rb")\b" + REST_OF_TAG + rb".*?</(?:" + RAW + rb")\s*>|<[a-zA-Z][^\s>/]*" + REST_OF_TAG, re.S | re.I)
HEAD = re.compile(rb"<\w+" + REST_OF_TAG, re.S)
ATTRIBUTE = re.compile(rb"""([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.S)
NAMES = {b"href", b"src", b"action", b"formaction", b"content", b"poster", b"data", b"srcset", b"imagesrcset", b"background", b"xlink:href"}
JSON_URL = re.compile(rb'"(https?:[^"\\]*(?:\\.[^"\\]*)*)"')
XML_TEXT = re.compile(rb"(<(?:\w+:)?(?:loc|link)>)(.*?)(</)", re.S)
XML_HREF = re.compile(rb'(\bhref=)("[^"]*")')


def of_page(data, values):
    """What is left of a page when the values of its links are taken out, which are added to `values`."""

    def attribute(found):
        name, equals, value = found.groups()
        if name.lower() not in NAMES:
            return found[0]
        values.append(value)
        quote = value[:1] if value[:1] in b"\"'" else b""
        return name + equals + quote + b"@" + quote

    def tag(found):
        text = found[0]
        if text.startswith(b"<!--"):
            return text
        end = HEAD.match(text)
        head, rest = (text[: end.end()], text[end.end() :]) if end else (text, b"")
        head = ATTRIBUTE.sub(attribute, head)
        if b"ld+json" in head:
            rest = JSON_URL.sub(lambda found: values.append(found[1]) or b'"@"', rest)
        return head + rest

    return TAG.sub(tag, data)


def of_xml(data, values):
    data = XML_TEXT.sub(lambda found: values.append(found[2]) or found[1] + b"@" + found[3], data)
    return XML_HREF.sub(lambda found: values.append(found[2]) or found[1] + b'"@"', data)


def compare(old, new, name):
    """None for equal files; else how many values differ, or -1 if more than values does."""
    old, new = os.path.join(old, name), os.path.join(new, name)
    if os.path.islink(old) or filecmp.cmp(old, new, shallow=False):
        return None
    with open(old, "rb") as a, open(new, "rb") as b:
        before, after = a.read(), b.read()
    if name.endswith(".gz"):
        before, after = gzip.decompress(before), gzip.decompress(after)
    rest = of_xml if name.endswith((".xml", ".xml.gz", ".rss", ".atom")) else of_page
    was, is_now = [], []
    if rest(before, was) != rest(after, is_now) or len(was) != len(is_now):
        return -1
    return sum(one != other for one, other in zip(was, is_now))


def names(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, found in os.walk(folder) for name in found)


def main(old, new):
    found = names(old)
    bad = sorted(set(found) ^ set(names(new)))
    files = values = 0
    both = [name for name in found if name not in bad]
    with ProcessPoolExecutor() as pool:
        for name, differ in zip(both, pool.map(compare, [old] * len(both), [new] * len(both), both, chunksize=64)):
            if differ is None:
                continue
            files += 1
            values += max(differ, 0)
            if differ < 1:
                bad.append(name)
    print(json.dumps({"files": files, "values": values, "bad": bad}))


main(*sys.argv[1:])
