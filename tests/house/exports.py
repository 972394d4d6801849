#!/usr/bin/env python3
"""The public interface is one list, held five times; this compares them and prints ok / not ok lines.

    exports.py TOP LIBRARY [--max N]
    exports.py TOP --map > libsign/libsign.map        writes that list anew from the headers

declared in libsign/include, listed in libsign/libsign.map, defined in LIBRARY (nm -D), described in docs/API.md,
called in tests/.
"""

import argparse
import glob
import os
import re
import subprocess
import sys

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DECLARED = re.compile(r"^\s*SIGN_(?:API|CALL)\b[^;{]*?\b(sign_\w+)\s*\(", re.M)


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError:
        return ""


def declared(top):
    include = os.path.join(top, "libsign", "include")
    paths = glob.glob(include + "/*.h") + glob.glob(include + "/*/*.h")
    return {n for p in paths for n in DECLARED.findall(COMMENT.sub(" ", read(p)))}


def mapped(top):
    text = COMMENT.sub(" ", re.sub(r"#[^\n]*", " ", read(os.path.join(top, "libsign", "libsign.map"))))
    names = {n for part in re.findall(r"global:(.*?)(?:local:|\})", text, re.S) for n in re.findall(r"[\w*?]+", part)}
    return names


def defined(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=False).stdout
    rows = [line.split() for line in out.splitlines()]
    return {r[-1].split("@")[0] for r in rows if len(r) == 3 and r[1] != "A"}


def described(top):
    """Names in the first column of the tables in docs/API.md."""
    rows = [line for line in read(os.path.join(top, "docs", "API.md")).splitlines() if line.lstrip().startswith("|")]
    return {n for row in rows for n in re.findall(r"`(sign_\w+)(?:\(\))?`", row.split("|")[1])}


def called(top):
    text = "".join(read(p) for p in glob.glob(top + "/tests/**/*.[ch]", recursive=True))
    return set(re.findall(r"\b(sign_\w+)\s*\(", COMMENT.sub(" ", text)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("top")
    ap.add_argument("library", nargs="?")
    ap.add_argument("--map", action="store_true")
    ap.add_argument("--max", type=int, default=120)
    args = ap.parse_args()
    want, bad = declared(args.top), 0
    if args.map:
        print("MAVIKALEM_0 {\n    global:\n%s    local:\n        *;\n};"
              % "".join("        %s;\n" % n for n in sorted(want)))
        return 0
    if not args.library:
        ap.error("which library?")

    def rule(title, faults):
        nonlocal bad
        print(("not ok - " if faults else "ok - ") + title)
        for fault in sorted(faults):
            print("# " + fault)
        bad += bool(faults)

    def same(title, found):
        rule(title, ["missing: " + n for n in want - found] + ["not declared: " + n for n in found - want])

    rule("exports: the public headers declare functions", [] if want else ["none found under libsign/include"])
    rule("exports: at most %d functions" % args.max, ["%d are declared" % len(want)] if len(want) > args.max else [])
    same("exports: libsign.map lists what the headers declare", mapped(args.top))
    same("exports: the library defines what the headers declare", defined(args.library))
    same("exports: docs/API.md has a row for each function", described(args.top))
    rule("exports: every function is called by a test", ["not called: " + n for n in want - called(args.top)])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
