#!/usr/bin/env python3
"""recipes.py RECIPES VECTORS: the generator's recipes over signatures of others, and over its own.

Those of others come from the folder that KALEM_CORPUS names (or ../shared/corpus beside the sources): every
time-stamp in a signature that its owner calls good must be of what the recipe says. Without the folder only the
generator's own are read back, by way of their files.
"""
import collections
import csv
import os
import subprocess
import sys

# So many of the others' must be the same, or the folder is another one.
LEAST = 100

# Signatures whose owners say that a time-stamp of theirs is of something else.
WRONG = ("isMessageImprintDataIntact=false", "hash-index invalid", "tst.isSignatureValid=false")
WRONG_FILES = ("cades-ats-v3-wrong-crl.p7s",)

# Time-stamps that differ though their owners do not say so, by the end of the file's name; why is not known.
UNEXPLAINED = {
    "Signature-C-X-1.p7m": "esc",
    "cades-dss1997.p7m": "hash-index-v1",
    "signing-cert-multiple-refs-sig.xml": "RefsOnlyTimeStamp",
}


def lines(program, *files):
    out = subprocess.run([program, *files], capture_output=True, text=True)
    if out.returncode != 0:
        return [("run", "failed " + out.stderr.strip()[:80])]
    return [tuple(line.rsplit(" ", 1)) for line in out.stdout.splitlines()]


def own(program, folder):
    """Good levels: all of their time-stamps are the same; a wrong imprint is told."""
    count = 0
    for name in ("t", "x1", "x2", "xl1", "lta-again", "a-again", "a-v2", "a-v2-v2", "content-lta"):
        for end in ("p7m", "xml"):
            for kind, word in lines(program, os.path.join(folder, f"{name}.{end}")):
                count += 1
                if word != "same":
                    return f"{name}.{end}: {kind} {word}", count
    for name in ("75-imprint.p7m", "75-imprint.xml", "84-imprint.p7m", "84-imprint.xml"):
        if all(word == "same" for _, word in lines(program, os.path.join(folder, name))):
            return f"{name}: nothing differs", count
    return None, count


def is_wrong(row):
    return any(word in row["invalid_reason"] for word in WRONG) or row["path"].endswith(WRONG_FILES)


def explained(row, kind):
    return any(row["path"].endswith(end) and kind == of for end, of in UNEXPLAINED.items())


def others(program, corpus):
    tally = collections.Counter()
    told = []
    with open(os.path.join(corpus, "manifest.csv"), encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["use"] != "yes" or row["format"] not in ("cades", "xades") or row["verdict"] == "no":
                continue
            base = os.path.join(corpus, "files", row["repo"])
            args = [os.path.join(base, row["path"])]
            if row["detached"] and "|" not in row["detached"] and not row["detached"].startswith("inline:"):
                args.append(os.path.join(base, row["detached"]))
            for kind, word in lines(program, *args):
                if word == "differs" and is_wrong(row):
                    word = "differs as it should"
                elif word == "differs" and not explained(row, kind):
                    told.append(f"{row['repo']}/{row['path']}: {kind}")
                tally[kind, word] += 1
    return tally, told


def main():
    program, folder = sys.argv[1:3]
    fault, count = own(program, folder)
    print(f"{'not ok' if fault else 'ok'} - {count} time-stamps of our own {fault or ''}")
    corpus = os.environ.get("KALEM_CORPUS") or os.path.join(os.environ.get("SIGN_TEST_SOURCE", "."), "../shared/corpus")
    if not os.path.exists(os.path.join(corpus, "manifest.csv")):
        print("ok - signatures of others # SKIP there is no corpus (KALEM_CORPUS)")
        return 1 if fault else 0
    tally, told = others(program, corpus)
    for (kind, word), n in sorted(tally.items()):
        print(f"# {kind} {word} {n}")
    for line in told:
        print("#", line)
    same = sum(n for (_, word), n in tally.items() if word == "same")
    good = same >= LEAST and not told
    print(f"{'ok' if good else 'not ok'} - {same} time-stamps of others are the same, {len(told)} differ unforeseen")
    return 1 if fault or not good else 0


if __name__ == "__main__":
    sys.exit(main())
