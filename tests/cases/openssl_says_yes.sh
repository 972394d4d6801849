#!/bin/sh
# openssl_says_yes.sh VECTORS: five messages that `openssl cms -verify -cades` calls good. They document why libsign
# reads CMS itself; cases.tsv says what it makes of them. A newer openssl that refuses one is no failure of ours, but
# a sibling that it refuses would mean that this script asks the wrong question.
set -u
vectors=$1
pki=$SIGN_TEST_PKI
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cat "$pki"/trust/*.pem >"$work/roots.pem"
failed=0
verify() {
    openssl cms -verify -cades -binary -inform DER -in "$vectors/$1" -CAfile "$work/roots.pem" -purpose any \
        -out "$work/back" 2>"$work/log"
}
for file in no-signed-attrs forged-attributes content-type-mismatch trailing-bytes duplicate-signer; do
    if verify "$file.p7m"; then
        echo "ok - openssl says yes to $file"
    else
        echo "ok - $(openssl version) refuses $file"
        sed 's/^/# /' "$work/log" | head -n 3
    fi
done
for file in good good-rsa good-pss good-ber two-good; do
    if verify "$file.p7m" && cmp -s "$work/back" "$vectors/content.txt"; then
        echo "ok - openssl says yes to $file, and so it should"
    else
        echo "not ok - openssl refuses $file"
        sed 's/^/# /' "$work/log" | head -n 3
        failed=1
    fi
done
for file in digest-wrong value-flipped good-and-bad; do
    if verify "$file.p7m"; then
        echo "not ok - openssl says yes to $file"
        failed=1
    else
        echo "ok - openssl says no to $file"
    fi
done
exit $failed
