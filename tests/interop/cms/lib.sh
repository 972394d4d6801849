# What the scripts of this folder share. Sourced with SIGN_TEST_PKI set; leaves in $work an empty folder.
set -u
pki=$SIGN_TEST_PKI
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# try NAME COMMAND...: one TAP line; the command's output is shown when it fails.
try() {
    name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        sed 's/^/# /' "$work/log" | head -n 12
        failed=1
    fi
}

# refuse NAME STATUS COMMAND...: the command must end with just this status.
refuse() {
    name=$1
    want=$2
    shift 2
    "$@" >"$work/log" 2>&1
    got=$?
    if [ "$got" -eq "$want" ]; then
        echo "ok - $name"
    else
        echo "not ok - $name (status $got, not $want)"
        sed 's/^/# /' "$work/log" | head -n 12
        failed=1
    fi
}
