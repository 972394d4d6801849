#!/usr/bin/env bash
# house.sh LIBRARY: the rules of the house, one ok / not ok line each. LIBRARY is a libsign.so built without sanitizers,
# with the room libraries beside it.
set -euo pipefail
library=$1
cd "$(dirname "$0")/../.."
here=tests/house
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# rule NAME COMMAND...: the command's output is shown only when it fails.
rule() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        sed 's/^/# /' "$work/log" | tail -n 40
        status=1
    fi
}

# The files of the project: what git tracks, and what is new and not ignored.
files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }

measure() {
    python3 $here/measure.py . --kind lib=libsign --kind cli=cli --kind test=tests,testdata --kind fuzz=fuzz \
        --kind bench=benchmarks --rooms libsign --layers libsign/LAYERS --public sign.h \
        --max-func 100 --max-file 800 --max-branches 20 --min-tests 0.7
}

# The names of the files that `clang-format -i` would change.
formatted() {
    files '*.c' '*.h' | xargs -r clang-format --dry-run -Werror 2>"$work/format" && return
    grep -oE '^[^: ]+\.[ch]:' "$work/format" | sort -u
    return 1
}

# The folder cppcheck/ holds the cleanup idiom in a form that cppcheck can parse; leaks, which it cannot judge without the
# cleanup attribute, are left to LeakSanitizer and the fault tests; readdir is safe on a stream of one's own (POSIX.1-2024).
analysed() {
    cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 -j2 \
        --library=posix --suppress=missingInclude --suppress=memleak --suppress=resourceLeak --suppress=readdirCalled \
        --suppress='*:/usr/include/*' -I $here/cppcheck -I libsign -I libsign/include libsign cli
}

# absent PATTERN FILE...: no line of the files matches.
absent() {
    local pattern=$1
    shift
    ! { grep -nIE "$pattern" "$@" /dev/null; }
}

unfinished() {
    mapfile -t sources < <(files '*.c' '*.h' '*.py' '*.sh' '*.cmake' '*CMakeLists.txt' check demo | grep -v "^$here/house.sh$")
    absent '\b(TODO|FIXME|XXX)\b|\b[Ss]tub(bed|s)?\b|\b[Ff]or now\b|\b[Nn]ot implemented\b' "${sources[@]}"
}

no_goto() {
    mapfile -t sources < <(files 'libsign/*.c' 'libsign/*.h' 'cli/*.c' 'cli/*.h')
    absent '^[^"/*]*\bgoto\b' "${sources[@]}"
}

# A variable that can be written and outlives a call lies in one of these sections (not in .data.rel.ro: constant
# tables that hold pointers). The library has one: which PKCS#11 modules the process has loaded (libsign/key/module.c).
no_globals() {
    find "$(dirname "$library")" -maxdepth 1 -name 'libroom_*.a' -print0 | sort -z | xargs -0r objdump -t >"$work/symbols"
    grep -q 'file format' "$work/symbols" || { echo "no room libraries beside $library"; return 1; }
    # Seven columns of flags, of which the sixth is d for a section's own symbol.
    ! grep -E '^[0-9a-f]+ .{5}[^d]. (\.data|\.bss|\.tdata|\.tbss|\*COM\*)(\.\S+)?\s' "$work/symbols" | grep -vE '\.data\.rel\.ro| modules_of_process$'
}

# What a policy file gives a level is asked by somebody: a check that is only in the table would silently mean nothing.
checks_asked() {
    local id status=0
    mapfile -t sources < <(files 'libsign/*.c' | grep -vE '^libsign/ades/policy(_read|_write)?\.c$')
    for id in $(sed -nE 's/^CHECK\((\w+),.*/\1/p' libsign/ades/checks.def); do
        grep -qw "CHECK_$id" "${sources[@]}" || { echo "nobody asks CHECK_$id"; status=1; }
    done
    [ -n "${id:-}" ] && return "$status"
}

# The version stands in the header, because a program is compiled against it, and in CMakeLists.txt.
same_version() {
    local header cmake
    header=$(sed -nE 's/^#define SIGN_VERSION_(MAJOR|MINOR|PATCH) +([0-9]+).*/\2/p' libsign/include/sign.h libsign/include/sign/*.h | paste -sd.)
    cmake=$(sed -nE 's/^project\(.* VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
    echo "header $header, CMakeLists.txt $cmake"
    [ "$header" = "$cmake" ]
}

rule "house: lengths, branches, layers, cycles, test share (measure.py)" measure
rule "house: formatted (clang-format)" formatted
rule "house: static analysis (cppcheck)" analysed
rule "house: nothing is left unfinished" unfinished
rule "house: no goto" no_goto
rule "house: no variables that outlive a call" no_globals
rule "house: every check of a policy is asked" checks_asked
rule "house: one version number" same_version
python3 $here/exports.py . "$library" --max 120 || status=1
exit "$status"
