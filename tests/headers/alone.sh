#!/usr/bin/env bash
# alone.sh INCLUDE_DIR: compile each public header by itself, as C11 and as C++17, with gcc and with clang. A header
# that leans on what another one happened to include, or on a C construct that C++ lacks, breaks here and not at a user's.
set -euo pipefail
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# try NAME COMMAND...: one line for one compilation.
try() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        sed 's/^/# /' "$work/log" | head -n 20
        status=1
    fi
}

count=0
while read -r header; do
    count=$((count + 1))
    printf '#include <%s>\n#include <%s>\nextern int alone;\n' "$header" "$header" >"$work/unit.c"
    cp "$work/unit.c" "$work/unit.cc"
    for cc in gcc clang; do
        try "$header as C11 ($cc)" "$cc" -std=c11 -Wall -Wextra -Werror -pedantic -Wstrict-prototypes \
            -I "$include" -fsyntax-only "$work/unit.c"
    done
    for cxx in g++ clang++; do
        try "$header as C++17 ($cxx)" "$cxx" -std=c++17 -Wall -Wextra -Werror -pedantic \
            -I "$include" -fsyntax-only "$work/unit.cc"
    done
done < <(cd "$include" && find . -name '*.h' -printf '%P\n' | sort)
if [ "$count" = 0 ]; then
    echo "not ok - there are public headers in $include"
    status=1
fi
exit "$status"
