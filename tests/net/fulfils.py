#!/usr/bin/env python3
"""fulfils.py JSON FILTER BASE: whether a report of kalem says what is expected.

FILTER: "sub SUB_INDICATION" | "code CODE" | "LIST KIND SOURCE ORIGIN": an entry of an array LIST anywhere in the
report; KIND - is any; BASE in SOURCE is the address of the server.
"""

import json
import sys


def objects(at, key=""):
    """Every object in the tree, with the key that it or its array stands under."""
    if isinstance(at, list):
        for value in at:
            yield from objects(value, key)
    elif isinstance(at, dict):
        yield key, at
        for name, value in at.items():
            yield from objects(value, name)


def main():
    path, words, base = sys.argv[1], sys.argv[2].split(), sys.argv[3]
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    if words[0] == "sub":
        return any(o.get("sub_indication") == words[1] for _, o in objects(report))
    if words[0] == "code":
        return any(o.get("code") == words[1] for _, o in objects(report))
    name, kind, source, origin = words
    source = source.replace("BASE", base)
    return any(key == name and kind in ("-", o.get("kind")) and o.get("source") == source and
               o.get("origin") == origin and o.get("obtained") for key, o in objects(report))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
