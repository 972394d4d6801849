#!/usr/bin/env python3
"""The tables "Part by part" of testdata name rows that are there, siblings that pass, and every row of a group that does not pass.

usage: tables.py TESTDATA ANSWERS.C

ANSWERS.C has what is no row of a cases.tsv.
"""
import fnmatch
import pathlib
import re
import sys

HEAD = "| no. | part | rows | good sibling |"
PASSED = "TOTAL-PASSED"
# The README with the table, other folders whose rows stand in it, and the numbers that it is about.
TABLES = (("cades", ("xades",), range(42, 67)), ("stamps", ("answers",), range(75, 82)))


def rows(testdata):
    """By folder and id the indications."""
    found = {}
    for path in sorted(pathlib.Path(testdata).glob("*/cases.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if not line.startswith("#") and len(cells) > 10:
                found.setdefault(path.parent.name, {}).setdefault(cells[0], set()).add(cells[8])
    return found


def answers(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return {name: {PASSED if rc == "SIGN_OK" else rc} for name, rc in re.findall(r'\{"([\w-]+)\.tst", (SIGN_\w+)', text)}


def table(readme):
    lines = readme.read_text(encoding="utf-8").split(HEAD + "\n")[1].split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def meant(word, number, found):
    """What a word of the table stands for: rows, with their twins in XML; "-reserved" are those of this number that end so."""
    if word.startswith("-"):
        word = "*" + number + "-*" + word[1:]
    names = {i: row for rows_ in found.values() for i, row in rows_.items()}
    return {i: names[i] for i in fnmatch.filter(names, word) or fnmatch.filter(names, word + "-xml")}


def words(cell):
    return [w for w in re.findall("`([^`]+)`", cell) if not re.fullmatch("[a-z]+_[a-z]+", w)]


def wrong(line, found):
    number, _, shown, siblings = line
    for word in words(shown) + words(siblings):
        if not meant(word, number, found):
            return word + " is no row"
    bad = [i for w in words(siblings) for i, row in meant(w, number, found).items() if row != {PASSED}]
    if bad or not words(siblings):
        return "siblings that do not pass: " + ", ".join(bad)
    return "" if words(shown) or "no negative row" in shown else "no row"


def forgotten(folders, numbers, lines, found):
    named = {i for line in lines for w in words(line[2]) for i in meant(w, line[0], found)}
    for folder in folders:
        for i, row in found[folder].items():
            number = re.match(r"D?(\d+)-", i)
            if number and int(number[1]) in numbers and row != {PASSED} and not {i, re.sub("-xml$", "", i)} & named:
                yield i


def main(testdata, source):
    found = rows(testdata)
    found["answers"] = answers(source)
    number = failed = 0
    for folder, also, numbers in TABLES:
        lines = table(pathlib.Path(testdata) / folder / "README.md")
        results = [(" ".join(line[:2]), wrong(line, found)) for line in lines]
        missing = list(forgotten((folder, *also), numbers, lines, found))
        results.append((folder + ": all rows that do not pass are named", ", ".join(missing)))
        have = {int(n) for line in lines for n in re.findall(r"\d+", line[0])}
        results.append((folder + ": all numbers", ", ".join(str(n) for n in numbers if n not in have)))
        for what, why in results:
            number += 1
            failed += why != ""
            print("%sok %d - %s%s" % ("not " if why else "", number, what, "\n# " + why if why else ""))
    print("1..%d" % number)
    return 1 if failed or number < 60 else 0


sys.exit(main(*sys.argv[1:]))
