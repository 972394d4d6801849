#!/usr/bin/env python3
"""Measure how a C code base reads: lengths, comments, tests, includes.

    measure.py DIR                     all of DIR, files sorted into kinds by their path
    measure.py DIR --kind lib=src --kind cli=tools --kind test=regress,fuzz
                                       say yourself which folders (or patterns) are which kind;
                                       the first that fits counts
    measure.py DIR --rooms libsign     also: which folder includes which, and any cycle
    measure.py DIR --layers libsign/LAYERS
                                       exit 1 if a folder includes what LAYERS does not grant it
    measure.py DIR --csv NAME          one CSV row (for side-by-side tables)
    measure.py DIR --max-func 80 --max-file 800 --max-branches 20 --min-tests 0.7
                                       exit 1 if a lib or cli function/file is longer, a function has more
                                       branches, tests are fewer, or includes run in a circle (for CI)

Only the standard library is used.  What the numbers mean:

  code line      a line that holds something other than white space and comment
  comment line   a line that holds comment and no code; a file's licence header is not counted
  comment %      comment lines per 100 code lines
  function       name ( ... ) { ... } at file scope, Criterion's Test(suite, name) { } included;
                 its length runs from the line of its name to the line of its closing brace
  branches       1 + if, for, while, case, &&, ||, ? in the body (cyclomatic, roughly)
  depth          deepest nesting of { } inside the body
  test/code      code lines of test + fuzz for one code line of lib + cli

A LAYERS file stands in the folder whose rooms (sub-folders) it rules.  A line names a room and
what it may include: rooms named on lines above it, and system headers by prefix:

    base:
    xml:    base <libxml/>
    xades:  base xml

What every room may include (the C library, the public headers) is on the line "*:".

With --public HEADER, cli files may include that header, headers of their own folder, the C library, POSIX,
jansson (for the program's own JSON) and inih (for its configuration), and nothing else.
"""

import argparse
import fnmatch
import os
import re
import signal
import sys
from collections import defaultdict, namedtuple

SOURCES = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp")
HEADERS = (".h", ".hpp")
SKIP_DIRS = {".git", "build", "_build", "cmake-build-debug", "cmake-build-release"}

# A file's kind is the first of these whose word is a folder of its path (or a prefix of its name).
KINDS = [
    ("vendor", {"deps", "third_party", "third-party", "vendor", "external", "contrib", "compat",
                "openbsd-compat", "3rdparty"}),
    ("fuzz", {"fuzz", "fuzzer", "fuzzers", "fuzzing"}),
    ("bench", {"bench", "benchmark", "benchmarks", "perf", "speed"}),
    ("test", {"test", "tests", "testing", "regress", "unit", "t", "check"}),
    ("example", {"example", "examples", "demo", "demos", "samples"}),
    ("cli", {"cli", "tools", "programs", "cmd", "apps", "bin"}),
    ("binding", {"bindings", "java", "python", "node", "dotnet", "jni", "swig"}),
]
ORDER = ["lib", "cli", "test", "fuzz", "bench", "example", "binding", "vendor"]

Function = namedtuple("Function", "path line name length branches depth params static gotos")
Source = namedtuple("Source", "path kind lines code comment functions includes")


# ---------------------------------------------------------------- reading one file

# Comments and literals, in the order in which C's own lexer would meet them.
TOKENS = re.compile(
    r"""(?P<block>/\*.*?(?:\*/|\Z))"""
    r"""|(?P<line>//(?:[^\\\n]|\\.|\\\n)*)"""
    r"""|(?P<raw>R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)")"""
    r"""|(?P<str>"(?:[^"\\\n]|\\.|\\\n)*")"""
    r"""|(?P<chr>(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)*')""",
    re.S | re.X,
)


def split(text):
    """Return (code, comment): two texts with the same lines, each holding only its own part."""
    code, comment = [], []
    at = 0
    for m in TOKENS.finditer(text):
        before = text[at:m.start()]
        code.append(before)
        comment.append(blank(before))
        tok = m.group()
        if m.lastgroup in ("block", "line"):
            code.append(blank(tok))
            comment.append(tok)
        else:  # a literal: keep its quotes as code, hide what is inside
            code.append(tok[0] + blank(tok[1:-1], "x") + tok[-1] if len(tok) > 1 else tok)
            comment.append(blank(tok))
        at = m.end()
    code.append(text[at:])
    comment.append(blank(text[at:]))
    return "".join(code), "".join(comment)


def blank(text, fill=" "):
    return re.sub(r"[^\n]", fill, text)


def without_licence(text, comment):
    """Drop the comments at the top of the file when they are a licence header."""
    first = re.match(r"\s*(?:/\*.*?\*/\s*|//[^\n]*\n\s*)+", text, re.S)
    if first and re.search(r"copyright|licen[cs]e|spdx|public domain", first.group(), re.I):
        return blank(first.group()) + comment[first.end():]
    return comment


def without_macros(code):
    """Blank out preprocessor lines; where #if/#else hold rival braces, keep the first branch."""
    out, keep, stack = [], True, []
    lines = code.split("\n")
    i = 0
    while i < len(lines):
        line = lines[i]
        m = re.match(r"\s*#\s*(\w+)", line)
        if not m:
            out.append(line if keep else "")
            i += 1
            continue
        word = m.group(1)
        if word in ("if", "ifdef", "ifndef"):
            stack.append((keep, keep))
            if re.match(r"\s*#\s*if\s+0\s*$", line):
                keep = False
                stack[-1] = (stack[-1][0], False)
        elif word in ("else", "elif") and stack:
            outer, seen = stack[-1]
            keep = outer and not seen
            stack[-1] = (outer, True)
        elif word == "endif" and stack:
            keep = stack.pop()[0]
        out.append("")
        while line.rstrip().endswith("\\") and i + 1 < len(lines):  # a macro's further lines
            i += 1
            line = lines[i]
            out.append("")
        i += 1
    return "\n".join(out)


WORDS = re.compile(r"[A-Za-z_]\w*|[{}();=,]")
NOT_A_NAME = {"if", "for", "while", "switch", "return", "sizeof", "defined", "__attribute__", "__declspec",
              "_Alignas", "alignas", "do", "else", "operator", "__asm__", "asm", "noexcept", "throw", "decltype"}
BRANCH = re.compile(r"\b(?:if|for|while|case)\b|&&|\|\||\?")


def functions(path, code):
    """Find the function definitions at file scope (and inside namespace / extern "C")."""
    found = []
    depth, open_braces = 0, []      # open_braces: 'through' for a namespace, 'body' for all else
    head = []                       # tokens of the declaration now being read, at file scope
    start = None                    # (line, name, params, static, offset) of the open function
    parens = 0
    deepest = 0
    newline = [m.start() for m in re.finditer("\n", code)]

    def line_of(offset):
        lo, hi = 0, len(newline)
        while lo < hi:
            mid = (lo + hi) // 2
            if newline[mid] < offset:
                lo = mid + 1
            else:
                hi = mid
        return lo + 1

    for m in WORDS.finditer(code):
        tok = m.group()
        if start is not None:
            if tok == "{":
                depth += 1
                deepest = max(deepest, depth)
            elif tok == "}":
                depth -= 1
                if depth == 0:
                    line, name, params, static, offset = start
                    body = code[offset:m.end()]
                    found.append(Function(path, line, name, line_of(m.start()) - line + 1,
                                          1 + len(BRANCH.findall(body)), deepest - 1, params, static,
                                          len(re.findall(r"\bgoto\b", body))))
                    start, head = None, []
            continue
        if parens == 0 and tok == "{":
            words = [t for t, _ in head]
            made = function_head(head)
            if made and "body" not in open_braces:
                name, offset, params = made
                start = (line_of(offset), name, params, "static" in words, m.start())
                depth = deepest = 1
            elif "namespace" in words or (words[:1] == ["extern"] and len(words) <= 2):
                open_braces.append("through")
                head = []
            else:
                open_braces.append("body")
                head.append((tok, m.start()))
        elif parens == 0 and tok == "}":
            if open_braces and open_braces.pop() == "through":
                head = []
            else:
                head.append((tok, m.start()))
        elif tok == ";" and parens == 0:
            if "body" not in open_braces:
                head = []
        else:
            if tok == "(":
                parens += 1
            elif tok == ")":
                parens = max(0, parens - 1)
            head.append((tok, m.start()))
    return found


def function_head(head):
    """(name, offset, parameter count) when the tokens read as a function's head, else None."""
    ends = [i for i, (t, _) in enumerate(head) if t == "}"]
    head = head[ends[-1] + 1:] if ends else head    # past a struct or a macro that took no ';'
    words = [t for t, _ in head]
    if "(" not in words or words[0] in ("typedef", "enum", "union"):
        return None
    if "=" in words[:words.index("(")]:              # an initialiser; Test(s, n, .init = f) is none
        return None
    for i, w in enumerate(words):
        if w == "(" and i > 0 and re.match(r"[A-Za-z_]", words[i - 1]) and words[i - 1] not in NOT_A_NAME:
            depth, commas, any_word = 0, 0, False
            for j in range(i, len(words)):
                if words[j] == "(":
                    depth += 1
                elif words[j] == ")":
                    depth -= 1
                    if depth == 0:
                        break
                elif words[j] == "," and depth == 1:
                    commas += 1
                elif words[j] != "void" or words[j + 1] != ")" or j != i + 1:
                    any_word = True
            rest = words[j + 1:]
            if "(" in rest and re.fullmatch(r"[A-Z][A-Z0-9_]*", words[i - 1]) and not re.fullmatch(
                    r"Test|TEST\w*|ParameterizedTest\w*", words[i - 1]):
                continue  # an attribute macro before the real name, as in API(int) name(...)
            name = words[i - 1]
            if name in ("Test", "Theory", "ParameterizedTest", "TEST", "TEST_F", "TEST_P"):
                name += "(" + "".join(w for w in words[i + 1:j] if w not in "()") + ")"
            return name, head[i - 1][1], commas + 1 if any_word else 0
    return None


INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"\n]+)[>"]', re.M)


def read(root, path, kind):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        text = f.read()
    code, comment = split(text)
    comment = without_licence(text, comment)
    code_lines = [bool(line.strip()) for line in code.split("\n")]
    comment_lines = [bool(line.strip()) for line in comment.split("\n")]
    found = functions(path, without_macros(code)) if not path.endswith(HEADERS) or "{" in code else []
    includes = [(q, p) for q, p in INCLUDE.findall(text)]
    return Source(path, kind, text.count("\n"), sum(code_lines),
                  sum(c and not k for k, c in zip(code_lines, comment_lines)), found, includes)


# ---------------------------------------------------------------- sorting files into kinds

def kind_of(path, given):
    for kind, prefixes in given:
        if any(path == p or path.startswith(p.rstrip("/") + "/") or fnmatch.fnmatch(path, p) for p in prefixes):
            return kind
    if any(kind == "lib" for kind, _ in given):
        return None                     # the caller said what the library is: the rest is not ours
    parts = path.lower().split(os.sep)
    for kind, words in KINDS:
        if any(p in words for p in parts[:-1]) or parts[-1].startswith((kind + "_", kind + "-")):
            return kind
    return "lib"


def walk(root, given, exclude):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(d for d in folders if d not in SKIP_DIRS)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if not name.endswith(SOURCES) or any(re.search(x, path) for x in exclude):
                continue
            kind = kind_of(path, given)
            if kind and kind != "skip":
                yield read(root, path, kind)


# ---------------------------------------------------------------- numbers

def share(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p))] if values else 0


def percent(part, whole):
    return 100.0 * part / whole if whole else 0.0


def numbers(sources):
    funcs = [f for s in sources for f in s.functions]
    bodies = [s for s in sources if not s.path.endswith(HEADERS)]
    heads = [s for s in sources if s.path.endswith(HEADERS)]
    code, comment = sum(s.code for s in sources), sum(s.comment for s in sources)
    return {
        "files": len(sources), "code": code, "comment": comment, "comment%": percent(comment, code),
        "comment%.h": percent(sum(s.comment for s in heads), sum(s.code for s in heads)),
        "comment%.c": percent(sum(s.comment for s in bodies), sum(s.code for s in bodies)),
        "file.med": share([s.lines for s in bodies], .5), "file.p90": share([s.lines for s in bodies], .9),
        "file.max": max([s.lines for s in bodies], default=0),
        "funcs": len(funcs), "func.med": share([f.length for f in funcs], .5),
        "func.p90": share([f.length for f in funcs], .9), "func.p99": share([f.length for f in funcs], .99),
        "func.max": max([f.length for f in funcs], default=0),
        ">60%": percent(sum(f.length > 60 for f in funcs), len(funcs)),
        ">100%": percent(sum(f.length > 100 for f in funcs), len(funcs)),
        "branch.med": share([f.branches for f in funcs], .5),
        "branch.p90": share([f.branches for f in funcs], .9),
        "depth.p90": share([f.depth for f in funcs], .9),
        "params.p90": share([f.params for f in funcs], .9),
        "static%": percent(sum(f.static for f in funcs), len(funcs)),
        "goto%": percent(sum(f.gotos > 0 for f in funcs), len(funcs)),
    }


# ---------------------------------------------------------------- who includes whom

def rooms(sources, top):
    """Folder graph under `top`: edges (room -> room) with the includes behind each, and cycles."""
    mine = [s for s in sources if s.path.startswith(top.rstrip("/") + "/") or top in ("", ".")]
    by_path = {s.path: s for s in mine}
    by_name = defaultdict(list)
    for p in by_path:
        by_name[os.path.basename(p)].append(p)
    edges, files = defaultdict(int), defaultdict(set)
    for s in mine:
        for quote, inc in s.includes:
            target = resolve(s.path, inc, by_path, by_name)
            if not target:
                continue
            files[s.path].add(target)
            a, b = os.path.dirname(s.path), os.path.dirname(target)
            if a != b:
                edges[a, b] += 1
    graph = defaultdict(set)
    for a, b in edges:
        graph[a].add(b)
    return edges, cycles(graph), cycles(files)


def layers(sources, rules_path, root):
    """Lines of complaint: includes that the LAYERS file at rules_path does not grant."""
    top = os.path.relpath(os.path.dirname(os.path.abspath(rules_path)), os.path.abspath(root))
    grants, faults = {}, []
    with open(rules_path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            room, colon, rest = line.split("#")[0].partition(":")
            if not colon:
                continue
            for word in rest.split():
                if not word.startswith("<") and word not in grants:
                    faults.append("%s:%d: %s may not include %s, which is not below it"
                                  % (rules_path, number, room.strip(), word))
            grants[room.strip()] = set(rest.split())
    common = grants.pop("*", set())
    for s in sources:
        inside = os.path.relpath(s.path, top).split(os.sep)
        if inside[0] == ".." or len(inside) < 2:
            continue
        room = inside[0]
        allowed = grants.get(room, set()) | common
        if room not in grants and room != "include":
            faults.append("%s: room %s is not in %s" % (s.path, room, rules_path))
        outside = [w.strip("<>") for w in allowed if w.startswith("<")]
        for quote, inc in s.includes:
            granted = any(inc == p or p.endswith("/") and inc.startswith(p) for p in outside)
            if quote == '"':
                granted = granted or "/" not in inc or inc.split("/")[0] in allowed | {room}
            if not granted:
                faults.append("%s includes %s" % (s.path, "<%s>" % inc if quote == "<" else inc))
    return faults


# The C library and POSIX, as far as a command line has business with them.
SYSTEM = re.compile(r"(?:assert|ctype|dirent|errno|fcntl|getopt|inttypes|langinfo|libgen|limits|locale|poll|pthread"
                    r"|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|termios"
                    r"|time|unistd|wchar|sys/\w+|jansson|ini)\.h")


def public_only(sources, header):
    """Lines of complaint: cli files that look behind the public header."""
    faults = []
    for s in sources:
        if s.kind != "cli":
            continue
        own = {t.path for t in sources if t.kind == "cli"}
        for quote, inc in s.includes:
            here = os.path.normpath(os.path.join(os.path.dirname(s.path), inc))
            if not (here in own if quote == '"' else inc == header or SYSTEM.fullmatch(inc)):
                faults.append("%s includes %s: the program stands on <%s> only" % (s.path, inc, header))
    return faults


def resolve(path, inc, by_path, by_name):
    here = os.path.normpath(os.path.join(os.path.dirname(path), inc))
    if here in by_path:
        return here
    hits = [p for p in by_name.get(os.path.basename(inc), []) if p == inc or p.endswith("/" + inc)]
    return hits[0] if len(hits) == 1 else None


def cycles(graph):
    """Strongly connected parts of more than one node (Tarjan, without recursion)."""
    index, low, on, stack, out, count = {}, {}, set(), [], [], 0
    for root in list(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph.get(root, ()))))]
        index[root] = low[root] = count
        count += 1
        stack.append(root)
        on.add(root)
        while work:
            node, edges = work[-1]
            for nxt in edges:
                if nxt not in index:
                    index[nxt] = low[nxt] = count
                    count += 1
                    stack.append(nxt)
                    on.add(nxt)
                    work.append((nxt, iter(sorted(graph.get(nxt, ())))))
                    break
                if nxt in on:
                    low[node] = min(low[node], index[nxt])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = []
                    while True:
                        n = stack.pop()
                        on.discard(n)
                        part.append(n)
                        if n == node:
                            break
                    if len(part) > 1:
                        out.append(sorted(part))
    return out


# ---------------------------------------------------------------- printing

COLUMNS = [("files", "d"), ("code", "d"), ("comment%", ".0f"), ("comment%.h", ".0f"), ("comment%.c", ".0f"),
           ("file.med", "d"), ("file.p90", "d"), ("file.max", "d"), ("funcs", "d"), ("func.med", "d"),
           ("func.p90", "d"), ("func.p99", "d"), ("func.max", "d"), (">60%", ".1f"), (">100%", ".1f"),
           ("branch.med", "d"), ("branch.p90", "d"), ("depth.p90", "d"), ("params.p90", "d"),
           ("static%", ".0f"), ("goto%", ".0f")]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("dir")
    ap.add_argument("--kind", action="append", default=[], metavar="KIND=DIR,DIR")
    ap.add_argument("--exclude", action="append", default=[], metavar="REGEX")
    ap.add_argument("--rooms", metavar="DIR", help="print the folder include graph under DIR")
    ap.add_argument("--layers", metavar="FILE", help="check the includes against FILE")
    ap.add_argument("--public", metavar="HEADER", help="the one project header that cli files may include")
    ap.add_argument("--longest", type=int, default=8)
    ap.add_argument("--csv", metavar="NAME")
    ap.add_argument("--max-func", type=int)
    ap.add_argument("--max-file", type=int)
    ap.add_argument("--max-branches", type=int)
    ap.add_argument("--min-tests", type=float, metavar="RATIO")
    args = ap.parse_args()

    given = [(k, v.split(",")) for k, v in (x.split("=", 1) for x in args.kind)]
    sources = list(walk(args.dir, given, args.exclude))
    kinds = {k: [s for s in sources if s.kind == k] for k in ORDER}
    kinds = {k: v for k, v in kinds.items() if v}
    own = sum(s.code for s in sources if s.kind in ("lib", "cli"))
    tests = sum(s.code for s in sources if s.kind in ("test", "fuzz"))
    ratio = tests / own if own else 0.0

    if args.csv:
        n = numbers(kinds.get("lib", []))
        print(",".join([args.csv] + [format(n[c], f) for c, f in COLUMNS] + [format(ratio, ".2f")]))
        return 0

    print("%-11s" % "" + "".join("%9s" % k for k in kinds))
    table = {k: numbers(v) for k, v in kinds.items()}
    for column, fmt in COLUMNS:
        print("%-11s" % column + "".join("%9s" % format(table[k][column], fmt) for k in kinds))
    print("test/code  %9.2f" % ratio)

    mine = [f for s in sources if s.kind in ("lib", "cli") for f in s.functions]
    print("\nlongest functions (lib, cli)")
    for f in sorted(mine, key=lambda f: -f.length)[:args.longest]:
        print("  %5d  %s:%d %s (branches %d)" % (f.length, f.path, f.line, f.name, f.branches))
    print("longest files (lib, cli)")
    for s in sorted((s for s in sources if s.kind in ("lib", "cli")), key=lambda s: -s.lines)[:args.longest]:
        print("  %5d  %s" % (s.lines, s.path))

    knots = []
    if args.rooms is not None:
        edges, room_cycles, file_cycles = rooms(sources, args.rooms)
        print("\nfolder includes folder (count)")
        for (a, b), n in sorted(edges.items()):
            print("  %s -> %s (%d)" % (a, b, n))
        for title, found in (("folder cycles", room_cycles), ("file cycles", file_cycles)):
            print("%s: %s" % (title, "none" if not found else ""))
            for part in found:
                knots.append(part)
                print("  " + " ".join(part[:12]) + (" ... %d in all" % len(part) if len(part) > 12 else ""))

    faults = layers(sources, args.layers, args.dir) if args.layers else []
    faults += public_only(sources, args.public) if args.public else []
    for fault in faults:
        print("layer: " + fault, file=sys.stderr)

    too_long = [f for f in mine if args.max_func and f.length > args.max_func]
    too_big = [s for s in sources if s.kind in ("lib", "cli") and args.max_file and s.lines > args.max_file]
    for f in too_long:
        print("too long: %s:%d %s is %d lines" % (f.path, f.line, f.name, f.length), file=sys.stderr)
    for s in too_big:
        print("too big: %s is %d lines" % (s.path, s.lines), file=sys.stderr)
    too_many = [f for f in mine if args.max_branches and f.branches > args.max_branches]
    for f in too_many:
        print("too many branches: %s:%d %s has %d" % (f.path, f.line, f.name, f.branches), file=sys.stderr)
    untested = bool(args.min_tests and ratio < args.min_tests)
    if untested:
        print("too few tests: %.2f test lines for a code line" % ratio, file=sys.stderr)
    return 1 if too_long or too_big or too_many or faults or knots or untested else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)   # so that `| head` ends it quietly
    sys.exit(main())
