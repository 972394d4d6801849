#!/usr/bin/env python3
"""Every sub-indication that a report can have is expected by a row of testdata, and README.md names that row.

usage: subs.py REPORT.H TESTDATA

Those that no row can have are named in README.md without a row.
"""
import pathlib
import re
import sys


def names(header):
    text = pathlib.Path(header).read_text(encoding="utf-8")
    body = text.split("#define SUB_INDICATIONS(X)")[1].split("enum sub_indication")[0]
    return re.findall(r"X\((\w+)\)", body)


def expected(testdata):
    found = {}
    for path in sorted(pathlib.Path(testdata).glob("*/cases.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if not line.startswith("#") and len(cells) > 10:
                found.setdefault(cells[9], set()).add(f"{path.parent.name}:{cells[0]}")
    return found


def told(testdata):
    text = (pathlib.Path(testdata) / "stamps" / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([\w:.-]+)`|none: .+?) \|$", text, re.M))


def main():
    rows, table = expected(sys.argv[2]), told(sys.argv[2])
    number = failed = 0
    for name in names(sys.argv[1]):
        number += 1
        row = table.get(name)
        if row is None:
            why = "is not in the table of README.md"
        elif row == "":
            why = "is expected by a row, but the table has none" if name in rows else ""
        else:
            why = "" if row in rows.get(name, ()) else f"is not what {row} expects"
        failed += why != ""
        print(("not ok" if why else "ok"), number, "-", name, why)
    print(f"1..{number}")
    return 1 if failed or number == 0 else 0


sys.exit(main())
