#!/usr/bin/env python3
"""Count what the test runners really ran.

    count.py [--junit FILE --results DIR]... [--tap FILE]...

--junit    what `ctest --output-junit` wrote; --results is the folder in which the Criterion programs of the same
           run left NAME.tap. A ctest test counts as the tests in its NAME.tap, else as the ok / not ok lines that it
           printed, else as one. One that ctest calls failed counts at least one failure, whatever it printed.
--tap      a file of ok / not ok lines of a script.

Prints the failures, then `N passed, N failed, N skipped`; exits 1 when something failed or nothing was counted.
"""

import argparse
import os
import re
import sys
import xml.etree.ElementTree as ET

LINE = re.compile(r"^(not )?ok\b(?:\s+\d+)?(?:\s*-)?\s*(.*?)\s*$", re.M)
SKIP = re.compile(r"#\s*skip\b", re.I)


class Count:
    def __init__(self):
        self.passed, self.skipped, self.failed = 0, 0, []

    def total(self):
        return self.passed + self.skipped + len(self.failed)

    def tap(self, text, origin):
        """Count the lines of text; True when there was one."""
        before = self.total()
        for bad, name in LINE.findall(text):
            if bad:
                self.failed.append("%s: %s" % (origin, name))
            elif SKIP.search(name):
                self.skipped += 1
            else:
                self.passed += 1
        return self.total() > before

    def case(self, case, results):
        """One ctest test: see the text at the top for what it counts as."""
        name, status = case.get("name"), case.get("status")
        already = len(self.failed)
        tap = os.path.join(results, name + ".tap")
        text = case.findtext("system-out") or ""
        if os.path.exists(tap):
            with open(tap, encoding="utf-8", errors="replace") as f:
                text = f.read()
        skip = case.find("skipped")
        skipped = skip is not None and "SKIP" in (skip.get("message") or "")
        counted = self.tap(text, name)
        if status == "run" and not counted:
            self.passed += 1
        elif skipped and not counted:
            self.skipped += 1
        elif status != "run" and not skipped and len(self.failed) == already:
            # A sanitizer's report, a crash or a timeout: every line may say ok and the program has failed all the same.
            self.failed.append("%s: the program itself (%s)" % (name, status))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--junit", action="append", default=[])
    ap.add_argument("--results", action="append", default=[])
    ap.add_argument("--tap", action="append", default=[])
    args = ap.parse_args()
    if len(args.junit) != len(args.results):
        ap.error("every --junit needs its --results")

    count = Count()
    for junit, results in zip(args.junit, args.results):
        try:
            cases = ET.parse(junit).getroot().findall("testcase")
        except (OSError, ET.ParseError) as e:
            count.failed.append("%s: %s" % (junit, e))
            continue
        for case in cases:
            count.case(case, results)
        if not cases:
            count.failed.append("%s: ctest found no test" % junit)
    for tap in args.tap:
        with open(tap, encoding="utf-8", errors="replace") as f:
            if not count.tap(f.read(), os.path.basename(tap)):
                count.failed.append("%s: holds no result" % tap)

    for name in count.failed:
        print("failed: " + name)
    print("%d passed, %d failed, %d skipped" % (count.passed, len(count.failed), count.skipped))
    return 1 if count.failed or count.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
