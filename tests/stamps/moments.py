#!/usr/bin/env python3
"""The table of the ten moments in docs/VALIDATION.md is what the rows of testdata/stamps/cases.tsv say, for both formats.

usage: moments.py CASES DOCUMENT
"""
import re
import sys

LIVES = ["b", "t", "lt", "lta", "lta2"]
SHORT = {"TOTAL-PASSED": "passed", "TOTAL-FAILED": "failed"}


def rows(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        cells = line.rstrip("\n").split("\t")
        name = re.match(r"moment-(\d+)-(b|t|lt|lta|lta2)(-xml)?$", cells[0])
        if name:
            key = (int(name[1]), name[2])
            verdict = SHORT.get(cells[8], "")
            if cells[9] != "-":
                verdict = (verdict + " " + cells[9]).strip()
            found.setdefault(key, []).append((cells[6], verdict or "indeterminate"))
    return found


def told(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        cells = [c.strip().strip("`") for c in line.strip().strip("|").split("|")]
        if len(cells) == 3 + len(LIVES) and cells[0].isdigit():
            for life, cell in zip(LIVES, cells[3:]):
                found[(int(cells[0]), life)] = (cells[1], cell)
    return found


def main():
    by_rows, by_doc = rows(sys.argv[1]), told(sys.argv[2])
    number = failed = 0
    for key in sorted(by_rows):
        number += 1
        want = by_rows[key]
        good = len(want) == 2 and all(by_doc.get(key) == w for w in want)
        failed += not good
        print("%sok %d - moment %d, %s" % ("" if good else "not ", number, key[0], key[1]))
        if not good:
            print("# rows: %s, document: %s" % (want, by_doc.get(key)))
    number += 1
    whole = len(by_rows) == 10 * len(LIVES) and set(by_rows) == set(by_doc)
    failed += not whole
    print("%sok %d - ten moments of %d lives" % ("" if whole else "not ", number, len(LIVES)))
    print("1..%d" % number)
    return failed != 0


sys.exit(main())
