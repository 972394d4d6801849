#!/usr/bin/env python3
"""Whatever does not pass is explained, in every form that people and programs read: the check by its name, the object, what was
expected, what was found and the next step. NO_POE, which EN 319 102-1, 5.6.2.4.4 step 2 never hands out as a verdict, is seen where
it stands: as the conclusion of past certificate validation. Checks of time-stamps alone are seen by their own names.

usage: explained.py KALEM CASES FOLDER
"""
import html
import json
import os
import re
import subprocess
import sys
import tempfile

PARTS = ("constraint", "object", "expected", "actual", "hint")


def cells(table):
    for line in open(table, encoding="utf-8"):
        row = line.rstrip("\n").split("\t")
        if not line.startswith("#") and len(row) >= 10:
            yield row


def arguments(row):
    """None: a row whose columns kalem's options cannot say."""
    if re.search("[:@+]", " ".join(row[2:6])):
        return None
    args = [row[1]]
    for option, value in (("content", row[2]), ("at", row[6]), ("policy", row[7])):
        args += [] if value == "-" else ["--" + option, value]
    for option, values in (("trust", row[3]), ("crl", row[4]), ("ocsp", row[5])):
        for value in [] if values == "-" else values.split(","):
            args += ["--" + option, value]
    return args


def squeezed(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]*>", "", text)))


def has_block(blocks, sub):
    return any(b["sub_indication"] == sub or has_block(b["blocks"], sub) for b in blocks)


def checks(node):
    """The names of all that stands as not met, wherever it does."""
    if isinstance(node, list):
        return set().union(*map(checks, node))
    if not isinstance(node, dict):
        return set()
    own = {c["constraint"] for c in node.get("checks") or [] if c["status"] != "ok"}
    return own.union(*map(checks, node.values()))


def missing(signature, text, page):
    """What the explanation of a signature that does not pass lacks; None: nothing."""
    errors = [m for m in signature["messages"] if m["level"] == "error"]
    whole = [m for m in errors if all(m[part] for part in PARTS)]
    if not whole:
        return "no message has all of %s: %s" % (", ".join(PARTS), [m["code"] for m in errors])
    for form, said in (("text", text), ("page", page)):
        for part in ("text", "constraint", "expected", "hint"):
            if squeezed(whole[0][part]) not in said:
                return "the %s lacks the %s of %s: %s" % (form, part, whole[0]["code"], whole[0][part])
    return None


def look(kalem, args, folder, work):
    text, page = os.path.join(work, "text"), os.path.join(work, "page")
    done = subprocess.run(
        [kalem, "verify", *args, "--lang", "en", "--offline", "--config", "/dev/null", "--quiet", "--force", "--report", "detailed=-",
         "--report", "text=" + text, "--html", page], cwd=folder, capture_output=True, text=True)
    if done.returncode not in (1, 2):
        return None, ["exit %d: %s" % (done.returncode, done.stderr)]
    report = json.loads(done.stdout)
    said = [squeezed(open(f, encoding="utf-8").read()) for f in (text, page)]
    return report, [m for m in (missing(s, *said) for s in report["signatures"] if s["indication"] != "TOTAL-PASSED") if m]


def main(kalem, cases, folder):
    number = failed = explained = 0
    no_poe = False
    named = set()
    with tempfile.TemporaryDirectory() as work:
        for row in cells(cases):
            args = arguments(row)
            if args is None or row[8] not in ("TOTAL-FAILED", "INDETERMINATE"):
                continue
            report, wrong = look(kalem, args, folder, work)
            no_poe = no_poe or report and any(has_block(s["blocks"], "NO_POE") for s in report["signatures"])
            named |= checks(report)
            number += 1
            explained += not wrong
            failed += bool(wrong)
            print("%sok %d - %s%s" % ("not " if wrong else "", number, row[0], "".join("\n# " + w for w in wrong)))
    of_stamps = {"time-stamp-format", "time-stamp-imprint", "hash-index", "tsa-purpose"}
    for good, what in ((no_poe, "NO_POE concludes a block of one of them"),
                       (of_stamps <= named, "not met somewhere: %s" % ", ".join(sorted(of_stamps))),
                       (explained > 200, "%d rows were explained" % explained)):
        number += 1
        failed += not good
        print("%sok %d - %s" % ("" if good else "not ", number, what))
    print("1..%d" % number)
    return failed != 0


sys.exit(main(*sys.argv[1:]))
