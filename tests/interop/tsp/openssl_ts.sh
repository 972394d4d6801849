#!/bin/sh
# openssl_ts.sh MKTST: for each token or response that MKTST makes, its verdict and that of "openssl ts -verify" (RFC 3161:
# token, imprint, signer, path). They agree, or the row names the rule by which they do not.
set -u
pki=$SIGN_TEST_PKI
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if ! command -v openssl >/dev/null 2>&1; then
    echo "ok - openssl ts -verify # SKIP openssl is not installed"
    exit 0
fi
"$1" "$work" >"$work/rows" || exit 1
cat "$pki/root-rsa.pem" "$pki/root-ec.pem" >"$work/roots.pem"
cat "$pki/ca-rsa.pem" "$pki/ca-ec.pem" "$pki/tsa-rsa.pem" "$pki/tsa-ec.pem" >"$work/others.pem"
failed=0
count=0
# name|kind|ours: ok, or what is refused|theirs: same, or the rule that makes the difference
while IFS='|' read -r name kind ours difference; do
    count=$((count + 1))
    case $kind in
    token) set -- -token_in -data "$work/data" ;;
    *) set -- -queryfile "$work/$name.tsq" ;;
    esac
    if openssl ts -verify -in "$work/$name.$kind" "$@" -CAfile "$work/roots.pem" -untrusted "$work/others.pem" \
        -attime 1767607200 >"$work/log" 2>&1; then theirs=ok; else theirs=refused; fi
    if [ "$ours" = ok ]; then mine=ok; else mine=refused; fi
    if [ "$difference" = same ] && [ "$mine" = "$theirs" ]; then
        echo "ok - $name: both $mine (ours: $ours)"
    elif [ "$difference" != same ] && [ "$mine" != "$theirs" ]; then
        echo "ok - $name: ours $ours, openssl $theirs: $difference"
    else
        echo "not ok - $name: ours $ours, openssl $theirs, expected: $difference"
        sed 's/^/# /' "$work/log" | head -n 6
        failed=1
    fi
done <"$work/rows"
[ "$count" -ge 30 ] || { echo "not ok - only $count rows"; failed=1; }
exit $failed
