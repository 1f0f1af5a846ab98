#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/tokenizers/html_entities.tsv from Python's table of the HTML standard's character references.

usage: make_html_entities.py > data/tokenizers/html_entities.tsv

Columns: name; its code points; for a name in small letters, the code points of the name in capitals where ftfy
reads that too (`ftfy.chardata.HTML_ENTITIES`: only where html.unescape makes nothing of it).
"""
import html
from html.entities import html5


def numbers(characters):
    return " ".join(f"{ord(c):04X}" for c in characters)


def capitals(name, characters):
    shouted = f"&{name.upper()}"
    read = name.endswith(";") and name == name.lower() and html.unescape(shouted) == shouted
    return [numbers(characters.upper())] if read else []


if __name__ == "__main__":
    for name, characters in sorted(html5.items()):
        print("\t".join([name, numbers(characters), *capitals(name, characters)]))
