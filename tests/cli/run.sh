#!/usr/bin/env bash
# run.sh [--update] [NAME...]: the program against what it is expected to say. Every folder of cases/ is one case:
#   cmd      a bash snippet, run in an empty folder of its own with the helpers of lib.sh; its first line says why it is there
#   stdout, stderr, exit   what must come out; an absent file means nothing, and exit status 0
# A case has a home of its own, in which kalem.ini keeps it off the network, and no trust store but what it makes itself.
# Values that differ from run to run are replaced by names: @WORK@ the case's folder, @HOME@ its home, @PKI@, @VECTORS@, @MODULE@, @SERIAL-kart@ the
# serial number of the token `kart`, @SERVER@ the address of the test server, @S@ and its like the random Ids of an XML signature. Every JSON object that comes out is also held against the contract by json_shape.py.
# --update writes what came out as what is expected; a person then reads the difference.
# SIGN_TEST_BUILD is the build directory, with kalem, the PKCS#11 modules of tests/support/p11 and the vectors; SIGN_TEST_PKI the
# test identities.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
update=
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi

export KALEM=$SIGN_TEST_BUILD/kalem SERVER=$SIGN_TEST_BUILD/tests/server/testserver NOSOCKET=$SIGN_TEST_BUILD/tests/cli/nosocket PKI=$SIGN_TEST_PKI VECTORS=$SIGN_TEST_BUILD/testdata CASES=$here/cases SUPPORT=$here/../support
MODULE=$(find /usr/lib /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
export LOCKED=$SIGN_TEST_BUILD/p11_locked.so QUIRK=$SIGN_TEST_BUILD/p11_quirk.so
export MODULE KALEM_PKCS11_MODULE=$MODULE BASH_ENV=$here/lib.sh LC_ALL=C TZ=UTC
unset LANG LC_MESSAGES LANGUAGE NO_COLOR TMPDIR http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
if [ ! -x "$KALEM" ] || [ ! -x "$SERVER" ] || [ ! -x "$NOSOCKET" ] || [ -z "$MODULE" ]; then
    echo "not ok - command line: $KALEM, $SERVER, $NOSOCKET and libsofthsm2.so are needed"
    exit 1
fi

base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
export TOKENS=$base/tokens WORKS=$base/work
mkdir "$TOKENS" "$WORKS"
umask 022

# The names of things that differ between two runs.
replacements() {
    local dir=$1 label serial
    printf 's|%s.home|@HOME@|g\ns|%s|@WORK@|g\ns|%s|@PKI@|g\ns|%s|@VECTORS@|g\ns|%s|@MODULE@|g\n' "$dir" "$dir" "$PKI" "$VECTORS" "$(realpath "$MODULE")"
    printf 's|%s|@LOCKED@|g\ns|%s|@QUIRK@|g\n' "$LOCKED" "$QUIRK"
    printf 's/127\\.0\\.0\\.1(:| port )[0-9]+/@SERVER@/g\n'
    printf 's/\\b([SPROVD][0-9]*)-[0-9a-f]{32}/@\\1@/g\n'
    while read -r label serial; do
        printf 's|%s|@SERIAL-%s@|g\n' "$serial" "$label"
    done <"$TOKENS/serials"
}

# Two texts and an exit status, left in $base/out, $base/err and $base/exit.
run_case() {
    local dir=$WORKS/$1 status=0
    mkdir -p "$dir" "$dir.home/config/kalem"
    printf '[kalem]\noffline = yes\n' >"$dir.home/config/kalem/kalem.ini"
    # Without a controlling terminal there is nobody to ask for a PIN, wherever the test itself was started.
    (cd "$dir" && SOFTHSM2_CONF=$TOKENS/kart/softhsm2.conf XDG_CONFIG_HOME=$dir.home/config XDG_CACHE_HOME=$dir.home/cache \
        KALEM_SYSTEM_STORE=$dir.home/system.json exec setsid -w bash -eu "$CASES/$1/cmd") \
        </dev/null >"$base/out.raw" 2>"$base/err.raw" || status=$?
    replacements "$dir" >"$base/filter"
    [ ! -f "$CASES/$1/filter" ] || cat "$CASES/$1/filter" >>"$base/filter"
    # A byte of a binary result is no text: such output is compared by the case itself.
    LC_ALL=C sed -E -f "$base/filter" "$base/out.raw" >"$base/out"
    LC_ALL=C sed -E -f "$base/filter" "$base/err.raw" >"$base/err"
    echo "$status" >"$base/exit"
    chmod -R u+rwx "$dir" "$dir.home"
    rm -rf "$dir" "$dir.home"
}

expected() { # FILE DEFAULT
    if [ -f "$1" ]; then cat "$1"; else printf '%s' "$2"; fi
}

keep() { # FROM TO DEFAULT
    if [ "$(cat "$1")" = "$3" ]; then rm -f "$2"; else cp "$1" "$2"; fi
}

judge_case() {
    local name=$1 dir=$CASES/$1 bad=
    expected "$dir/stdout" '' | diff -u - "$base/out" >"$base/diff" 2>&1 || bad+=" stdout"
    expected "$dir/stderr" '' | diff -u - "$base/err" >>"$base/diff" 2>&1 || bad+=" stderr"
    expected "$dir/exit" $'0\n' | diff -u - "$base/exit" >>"$base/diff" 2>&1 || bad+=" exit"
    if [ "$(head -c 1 "$base/out.raw")" = '{' ]; then
        python3 "$here/json_shape.py" "$(cat "$base/exit")" <"$base/out.raw" >>"$base/diff" 2>&1 || bad+=" shape"
    fi
    if [ -z "$bad" ]; then
        echo "ok - $name: $(sed -n '1s/^# *//p' "$dir/cmd")"
    else
        echo "not ok - $name:$bad"
        head -n 60 "$base/diff" | sed 's/^/# /'
        failed=1
    fi
}

bash "$here/tokens.sh" >"$base/tokens.log" 2>&1 || {
    echo "not ok - command line: the tokens could not be made"
    sed 's/^/# /' "$base/tokens.log"
    exit 1
}

failed=0
[ $# -gt 0 ] || set -- $(cd "$CASES" && ls)
for name; do
    run_case "$name"
    if [ -n "$update" ]; then
        keep "$base/out" "$CASES/$name/stdout" ''
        keep "$base/err" "$CASES/$name/stderr" ''
        keep "$base/exit" "$CASES/$name/exit" 0
    fi
    judge_case "$name"
done
exit "$failed"
