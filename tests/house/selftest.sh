#!/usr/bin/env bash
# selftest.sh: the tools that judge everything else, on inputs whose right answer is known. Prints ok / not ok lines.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
status=0

# same NAME EXPECTED ACTUAL
same() {
    if [ "$2" = "$3" ]; then
        echo "ok - selftest: $1"
    else
        printf 'not ok - selftest: %s\n# expected %s\n# found    %s\n' "$1" "$2" "$3"
        status=1
    fi
}

# counted ARGUMENT...: the counter's last line and its exit status.
counted() {
    local rc=0
    python3 "$here/count.py" "$@" >out || rc=$?
    echo "$(tail -n 1 out) ($rc)"
}

mkdir results
printf 'TAP version 13\n1..3\nok - a::one  (0.00s)\nok - a::two  # SKIP no card\nnot ok - a::three  (0.00s)\n' >results/mixed.tap
printf '1..1\nok - b::one\n' >results/leaky.tap
cat >ctest.xml <<'EOF'
<testsuite>
<testcase name="mixed" status="fail"><failure/><system-out>ok - not counted, the file is</system-out></testcase>
<testcase name="leaky" status="fail"><failure/><system-out>ERROR: LeakSanitizer</system-out></testcase>
<testcase name="script" status="run"><system-out>ok 1 - x
ok 2 - y # SKIP without z
okay is no result</system-out></testcase>
<testcase name="plain" status="run"><system-out>done</system-out></testcase>
<testcase name="absent" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="corpus" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
</testsuite>
EOF
same "a failed program counts even when each of its tests passed" "4 passed, 3 failed, 3 skipped (1)" \
    "$(counted --junit ctest.xml --results results)"
printf 'ok - a\nok - b\n' >good.tap
same "what passed is passed" "2 passed, 0 failed, 0 skipped (0)" "$(counted --tap good.tap)"
same "a runner that wrote nothing has failed" "0 passed, 1 failed, 0 skipped (1)" \
    "$(counted --junit none.xml --results results)"
: >empty.tap
same "a script that said nothing has failed" "2 passed, 1 failed, 0 skipped (1)" "$(counted --tap good.tap --tap empty.tap)"

# A tree whose five lists of functions agree, but for one name each.
mkdir -p top/libsign/include/sign top/docs top/tests
printf '/* SIGN_API int sign_comment(void); */\nSIGN_CALL sign_rc sign_a(int a,\n    int b);\nSIGN_API const char *sign_b(void);\n' \
    >top/libsign/include/sign/x.h
same "the export list follows the headers" "MAVIKALEM_0 { global: sign_a; sign_b; local: *; };" \
    "$(python3 "$here/exports.py" top --map | tee top/libsign/libsign.map | xargs)"
printf '| `sign_a` | x |\n| sign_b | `sign_b()` only in the second column |\n' >top/docs/API.md
printf 'int t(void) { return sign_a(1, 2); /* sign_b() */ }\n' >top/tests/t.c
printf 'int sign_a(void);\nint sign_a(void) { return 1; }\nint sign_c(void);\nint sign_c(void) { return 1; }\n' >lib.c
gcc -shared -fPIC lib.c -o lib.so
python3 "$here/exports.py" top lib.so --max 1 >out || true
same "every difference between the lists is found" \
    "# 2 are declared # missing: sign_b # not declared: sign_c # missing: sign_b # not called: sign_b" \
    "$(grep '^#' out | xargs -d '\n')"

# Includes that the law of layers and the rule for the program refuse.
mkdir -p tree/libsign/low tree/libsign/high tree/cli
printf 'low: <a.h>\nhigh: low\n' >tree/libsign/LAYERS
printf '#include <a.h>\n#include "high/h.h"\n' >tree/libsign/low/l.c
printf '#include "low/l.h"\n#include <a.h>\n' >tree/libsign/high/h.c
printf '#include <sign.h>\n#include <stdio.h>\n#include "own.h"\n#include "low/l.h"\n#include <sign/key.h>\n' >tree/cli/c.c
: >tree/cli/own.h
(cd tree && python3 "$here/measure.py" . --kind lib=libsign --kind cli=cli --layers libsign/LAYERS --public sign.h) \
    >/dev/null 2>out || true
same "includes against the layers are refused" \
    "cli/c.c:low/l.h cli/c.c:sign/key.h libsign/high/h.c:<a.h> libsign/low/l.c:high/h.h" \
    "$(sed -nE 's/^layer: (\S+) includes ([^ :]+).*/\1:\2/p' out | LC_ALL=C sort | xargs)"
exit "$status"
